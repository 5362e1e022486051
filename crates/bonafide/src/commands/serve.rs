//! `bonafide serve`: the API and the workers in one process.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::header, routing::get};
use bonafide_core::problem::with_causes;
use bonafide_engine::{
    Engine, access, anchors, deliver,
    health::{self, Backlog},
    housekeeping, jobs, screening,
};
use bonafide_http::connections::{self, Patience};
use metrics_exporter_prometheus::PrometheusBuilder;
use serde::Serialize;
use tokio::{
    net::TcpListener,
    sync::watch,
    task::{AbortHandle, JoinError, JoinHandle, JoinSet},
};
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

use super::CommandResult;
use crate::{
    config::{Config, Flags, block_on},
    mount,
};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    more: More,
    /// Answer requests only; other processes run the checks (PostgreSQL)
    #[arg(long)]
    no_workers: bool,
    /// Log as JSON, one object per line
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args, Serialize)]
struct More {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    listen: Option<SocketAddr>,
    /// Checks that run at the same time [default: one per processor]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,
}

pub(crate) fn run(args: Args) -> CommandResult {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    if args.json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).init();
    } else {
        registry.with(fmt::layer().with_writer(std::io::stderr)).init();
    }
    let config = Config::load(&args.flags, &args.more)?;
    if args.no_workers && config.is_sqlite()? {
        return Err("--no-workers needs PostgreSQL: one process has an SQLite file to itself".into());
    }
    block_on(async {
        // Weights first: once a request is answered, no check has to wait for them.
        let inspector = config.inspector()?;
        for missing in &inspector.installed().await?.missing {
            tracing::warn!(
                task = missing.task.as_str(),
                why = missing.why,
                "checks of this model are not assessed"
            );
        }
        let engine = config.open(inspector).await?;
        if let [(key, words), ..] = access::unknown_scopes(&engine).await?.as_slice() {
            let message = format!(
                "the key {key} has scopes that this program does not know ({}): start the program that knows them, or revoke it",
                words.join(", ")
            );
            return Err(message.into());
        }
        for remark in engine.inviter.remarks() {
            tracing::warn!(remark, "templates of messages are incomplete");
        }
        let places = engine.places.clone();
        tokio::task::spawn_blocking(move || {
            for (part, why) in places.unavailable() {
                tracing::warn!(part = part.as_str(), why, "places are known only in part");
            }
        });
        if config.is_sqlite()? {
            // Nobody else works on this file, so whoever held a lease is gone.
            jobs::recover(&engine).await?;
            deliver::recover(&engine).await?;
        }
        if let Some(address) = config.metrics_listen {
            metrics(address, engine.clone()).await?;
        }
        let listener = TcpListener::bind(config.listen)
            .await
            .map_err(|e| format!("cannot listen on {}: {e}", config.listen))?;
        let (stop, stopped) = watch::channel(false);
        let mut loops = vec![];
        if !args.no_workers {
            let parallel = config.workers();
            let given = || (engine.clone(), stopped.clone());
            let (of_jobs, of_messages, of_housekeeping, of_anchors) = (given(), given(), given(), given());
            loops = vec![
                lasting("jobs", &stopped, move || jobs::run(of_jobs.0.clone(), parallel, of_jobs.1.clone())),
                lasting("messages", &stopped, move || {
                    deliver::run(of_messages.0.clone(), of_messages.1.clone())
                }),
                lasting("housekeeping", &stopped, move || {
                    housekeeping::run(of_housekeeping.0.clone(), of_housekeeping.1.clone())
                }),
                lasting("anchors", &stopped, move || {
                    anchors::run(of_anchors.0.clone(), of_anchors.1.clone())
                }),
            ];
        }
        tracing::info!(listen = %listener.local_addr()?, workers = config.workers(), "serving");
        let app = mount::server(engine.clone(), &config.paths);
        let patience = Patience { most: config.max_connections, ..Patience::default() };
        let server = connections::serve(listener, app, patience, stopped.clone());
        let told = engine.clone();
        tokio::spawn(async move {
            signalled().await;
            tracing::info!("stopping: what is under way has a moment to come to its end");
            told.stop();
            let _ = stop.send(true);
        });
        let handles: Vec<_> = loops.iter().map(JoinHandle::abort_handle).collect();
        let done = async {
            server.await;
            for task in loops {
                task.await?;
            }
            Ok::<_, JoinError>(())
        };
        let mut stopping = stopped;
        let late = async {
            let _ = stopping.wait_for(|stop| *stop).await;
            tokio::time::sleep(LAST_WORK).await;
        };
        tokio::select! {
            done = done => done?,
            () = late => {
                tracing::warn!("what is still under way is broken off: somebody else will do it");
                handles.iter().for_each(AbortHandle::abort);
            }
        }
        // Who holds a connection now has none to wait for them.
        let _ = tokio::time::timeout(LAST_CONNECTIONS, engine.close()).await;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Runs a loop until the process is to end. One that ends before, which is a bug, is counted and begun again.
fn lasting<F>(
    name: &'static str,
    stopped: &watch::Receiver<bool>,
    start: impl Fn() -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    const BREATH: Duration = Duration::from_secs(1);
    let stopped = stopped.clone();
    tokio::spawn(async move {
        loop {
            // Ends with this task.
            let mut one = JoinSet::new();
            one.spawn(start());
            let _ = one.join_next().await;
            if *stopped.borrow() {
                return;
            }
            metrics::counter!("bonafide_loops_ended_total", "loop" => name).increment(1);
            tracing::error!(name, "a loop of the server came to an end; it is begun again");
            tokio::time::sleep(BREATH).await;
        }
    })
}

/// How long requests and work under way may take to come to their end: less than supervisors wait before
/// they kill. Docker has to be told to (deploy/Containerfile).
const LAST_WORK: Duration = Duration::from_secs(15);
const LAST_CONNECTIONS: Duration = Duration::from_secs(2);

/// Serves what was counted, at a port of its own: it is for the operator and not for callers.
async fn metrics(address: SocketAddr, engine: Engine) -> CommandResult {
    const COUNT_EVERY: Duration = Duration::from_secs(5);
    const SECONDS: [f64; 12] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];
    let handle = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    let listener =
        TcpListener::bind(address).await.map_err(|e| format!("cannot serve metrics on {address}: {e}"))?;
    tracing::info!(metrics = %listener.local_addr()?, "metrics");
    // Durations are kept one by one until they are counted, also where nobody comes for them.
    let counted = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(COUNT_EVERY).await;
            counted.run_upkeep();
        }
    });
    let text = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    let render = move || async move {
        match health::backlog(&engine).await {
            Ok(all) => {
                for Backlog { queue, waiting, oldest_s } in all {
                    metrics::gauge!("bonafide_waiting", "queue" => queue.clone()).set(waiting as f64);
                    metrics::gauge!("bonafide_waiting_seconds", "queue" => queue).set(oldest_s as f64);
                }
            }
            Err(error) => tracing::error!(error = with_causes(&error), "cannot count what waits"),
        }
        match health::dead(&engine).await {
            Ok(all) => {
                for (kind, jobs) in all {
                    metrics::gauge!("bonafide_jobs_dead", "kind" => kind).set(jobs as f64);
                }
            }
            Err(error) => {
                tracing::error!(error = with_causes(&error), "cannot count the jobs that were given up")
            }
        }
        match health::screened(&engine).await {
            Ok(p) => {
                let all = [
                    ("all", p.total),
                    ("done", p.done),
                    ("stale", p.stale),
                    ("nameless", p.nameless),
                    ("failed", p.failed),
                ];
                for (state, people) in all {
                    metrics::gauge!("bonafide_screened_people", "state" => state).set(people as f64);
                }
            }
            Err(error) => tracing::error!(error = with_causes(&error), "cannot count who is screened"),
        }
        match screening::state(&engine).await {
            Ok(state) => {
                for list in &state.lists {
                    let age = (engine.now().0 - list.confirmed_at.0) as f64 / 1000.0;
                    let labels = [("list", list.list.clone()), ("format", list.format.as_str().to_owned())];
                    metrics::gauge!("bonafide_list_age_seconds", &labels).set(age);
                }
                let well = state.trouble.is_none() && state.not_updated().is_empty();
                metrics::gauge!("bonafide_lists_ok").set(if well { 1.0 } else { 0.0 });
            }
            Err(error) => tracing::error!(error = with_causes(&error), "cannot look at the lists"),
        }
        (text, handle.render())
    };
    let app = Router::new().route("/metrics", get(render));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(())
}

/// Waits for Ctrl-C or a request to terminate.
async fn signalled() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

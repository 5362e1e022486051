//! What is removed when it is over, and what a process says of itself when it cannot go on.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use bonafide_core::time::Clock;
use bonafide_engine::{Error, evidence, health, housekeeping, jobs, verifications};
use bonafide_store::jobs as rows;
use bonafide_testkit::on_both;

use crate::support::App;

on_both!(
    pictures_that_are_nobodys_go,
    jobs_that_are_over_go,
    who_waits_is_told_that_the_process_ends,
    a_database_that_takes_no_writes_is_not_ready,
);

const DAY_MS: i64 = 86_400_000;

/// The files of pictures, and of nothing else.
fn pictures(root: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).unwrap().map(|e| e.unwrap().path()).filter(|path| path.is_dir());
    let mut files: Vec<_> =
        folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|e| e.unwrap().path())).collect();
    files.sort();
    files
}

/// Written this long ago, by the clock of the test.
fn age(file: &Path, now_ms: i64, ago_ms: i64) {
    let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(now_ms - ago_ms).unwrap());
    File::options().write(true).open(file).unwrap().set_modified(at).unwrap();
}

async fn swept(app: &App) -> usize {
    let mut removed = 0;
    // What a database knows none of is its own only after it was met with something that it knows.
    for folder in (0..evidence::FOLDERS).chain(0..evidence::FOLDERS) {
        removed += evidence::sweep(&app.engine, folder).await.unwrap();
    }
    removed
}

async fn pictures_that_are_nobodys_go(app: &App) {
    app.captured(&[]).await;
    let root = app.folder.path().join("blobs");
    let mine = pictures(&root);
    assert!(!mine.is_empty());
    let now = app.clock.now().0;
    let stray = root.join("00").join("ab".repeat(16).replacen("ab", "00", 1));
    let leave = |ago_ms| {
        fs::create_dir_all(stray.parent().unwrap()).unwrap();
        fs::write(&stray, b"of an upload that broke off").unwrap();
        age(&stray, now, ago_ms);
    };
    mine.iter().for_each(|file| age(file, now, 2 * DAY_MS));
    leave(DAY_MS - 1000);
    assert_eq!(swept(app).await, 0, "its row may come yet");
    leave(2 * DAY_MS);
    assert_eq!(swept(app).await, 1);
    assert_eq!(pictures(&root), mine);

    // Newer than all that the database knows: it may be an older copy.
    app.clock.advance(3 * DAY_MS);
    leave(-DAY_MS);
    assert_eq!(swept(app).await, 0);
    assert!(stray.exists());

    // A folder that nothing says whose it is, and of which not most is known.
    fs::remove_file(root.join(".installation")).unwrap();
    let beside = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap();
        file.with_file_name(format!("{}{}", &name[..24], "0".repeat(8)))
    };
    let others: Vec<_> = mine.iter().map(beside).collect();
    leave(2 * DAY_MS);
    for other in &others {
        fs::write(other, b"of another installation").unwrap();
        age(other, now, 2 * DAY_MS);
    }
    assert_eq!(swept(app).await, 0);
    assert!(stray.exists() && !root.join(".installation").exists());
    others.iter().for_each(|other| fs::remove_file(other).unwrap());

    // With the pictures of another installation nothing is done.
    leave(2 * DAY_MS);
    fs::write(root.join(".installation"), "00000000-0000-0000-0000-000000000007").unwrap();
    assert_eq!(swept(app).await, 0);
    assert!(stray.exists());
}

async fn jobs_that_are_over_go(app: &App) {
    let app = app.sandbox().await;
    let id = app.captured(&[]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    jobs::run_pending(&app.engine).await.unwrap();
    let over = async || {
        let mut tx = app.db.begin().await.unwrap();
        let later = app.clock.now().plus_ms(1);
        let all = rows::purge(&mut tx, later, later, 1_000).await.unwrap();
        tx.rollback().await.unwrap();
        all
    };
    let before = over().await;
    assert!(before > 0);
    app.clock.advance(6 * DAY_MS);
    housekeeping::once(&app.engine).await.unwrap();
    assert_eq!(over().await, before, "somebody may want to know why");
    app.clock.advance(2 * DAY_MS);
    housekeeping::once(&app.engine).await.unwrap();
    assert_eq!(over().await, 0);
    assert!(health::dead(&app.engine).await.unwrap().iter().all(|(_, jobs)| *jobs == 0));
}

async fn who_waits_is_told_that_the_process_ends(app: &App) {
    let id = app.captured(&[]).await;
    verifications::submit(&app.engine, &app.caller, id, None).await.unwrap();
    // Nobody checks.
    let (told, ()) = tokio::join!(verifications::wait(&app.engine, &app.caller, id), async {
        tokio::task::yield_now().await;
        app.engine.stop();
    });
    assert!(matches!(told, Err(Error::Stopping { retry_after_s: 5 })), "{told:?}");
    // The loops come to their end by themselves.
    jobs::run(app.engine.clone(), 1, app.engine.stopped()).await;
    housekeeping::run(app.engine.clone(), app.engine.stopped()).await;
}

async fn a_database_that_takes_no_writes_is_not_ready(app: &App) {
    let parts = health::check(&app.engine).await;
    assert!(parts["database"].ok && health::is_ready(&parts), "{parts:?}");
    app.db.close().await;
    let parts = health::check(&app.engine).await;
    assert!(!parts["database"].ok && !health::is_ready(&parts), "{parts:?}");
}

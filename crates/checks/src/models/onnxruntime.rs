//! Networks on ONNX Runtime, from a shared library loaded at run time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::Environment;
use ort::logging::LogLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynValue, TensorElementType, TensorRef, ValueType};

use super::pool::Pool;
use super::{constants, source::Source, tensor::Tensor};

/// The environment of this process. ONNX Runtime allows one; it is never torn down, because networks
/// may live in statics.
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

pub(super) fn environment(library: &Path) -> Result<Environment, String> {
    let mut held = ENVIRONMENT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(environment) = &*held {
        return Ok(environment.clone());
    }
    let builder = ort::init_from(library).map_err(|e| e.to_string())?;
    // What goes wrong comes back as an error; the library's own lines would bypass the program's log.
    let logger = |_: LogLevel, _: &str, _: &str, place: &str, line: &str| tracing::debug!(place, "{line}");
    let environment = builder.with_name("bonafide").with_telemetry(false).with_logger(Arc::new(logger));
    let environment = environment.build().map_err(|e| e.to_string())?;
    environment.set_log_level(LogLevel::Error);
    Ok(held.insert(environment).clone())
}

pub(super) struct Network {
    environment: Environment,
    /// Read again for further sessions, since a session runs one input at a time: keeping the bytes would cost as
    /// much memory as the networks.
    source: Source,
    sessions: Pool<Session>,
    inputs: Vec<String>,
    outputs: Vec<String>,
}

impl Network {
    pub(super) fn load(
        environment: &Environment,
        limit: NonZeroUsize,
        bytes: &[u8],
        source: Source,
    ) -> Result<Self, String> {
        let first = session(environment, bytes)?;
        let names = |of: &[ort::value::Outlet]| of.iter().map(|o| o.name().to_owned()).collect();
        let (inputs, outputs) = (names(first.inputs()), names(first.outputs()));
        let sessions = Pool::new(limit, vec![first]);
        Ok(Self { environment: environment.clone(), source, sessions, inputs, outputs })
    }

    pub(super) fn inputs(&self) -> &[String] {
        &self.inputs
    }

    pub(super) fn outputs(&self) -> &[String] {
        &self.outputs
    }

    pub(super) fn run(&self, inputs: &[(&str, Tensor)]) -> Result<BTreeMap<String, Tensor>, String> {
        let mut values: Vec<(Cow<'_, str>, SessionInputValue<'_>)> = Vec::with_capacity(inputs.len());
        for (name, tensor) in inputs {
            let view = TensorRef::from_array_view((tensor.shape.as_slice(), tensor.data.as_slice()))
                .map_err(|e| e.to_string())?;
            values.push((Cow::Borrowed(*name), view.into()));
        }
        self.sessions.lend(
            || session(&self.environment, &(self.source)()?.bytes),
            |session| {
                let outputs = session.run(values).map_err(|e| e.to_string())?;
                outputs.iter().map(|(name, value)| Ok((name.to_owned(), tensor(&value)?))).collect()
            },
        )
    }
}

fn session(environment: &Environment, bytes: &[u8]) -> Result<Session, String> {
    let builder = Session::builder(environment).map_err(|e| e.to_string())?;
    let builder = builder.with_intra_threads(1).map_err(|e| e.to_string())?;
    // Patterns are kept per input shape; pictures come in endless shapes.
    let mut builder = builder.with_memory_pattern(false).map_err(|e| e.to_string())?;
    let fixed = constants::fixed(bytes);
    builder.commit_from_memory(fixed.as_deref().unwrap_or(bytes)).map_err(|e| e.to_string())
}

fn tensor(value: &DynValue) -> Result<Tensor, String> {
    let ValueType::Tensor { ty, .. } = value.dtype() else {
        return Err("an output is not a tensor".into());
    };
    macro_rules! extract {
        ($number:ty) => {{
            let (shape, data) = value.try_extract_tensor::<$number>().map_err(|e| e.to_string())?;
            (shape, data.iter().map(|x| *x as f32).collect())
        }};
    }
    let (shape, data) = match ty {
        TensorElementType::Float32 => extract!(f32),
        TensorElementType::Float64 => extract!(f64),
        TensorElementType::Int32 => extract!(i32),
        TensorElementType::Int64 => extract!(i64),
        other => return Err(format!("an output holds {other:?}, which is not supported")),
    };
    let shape = shape.iter().map(|side| usize::try_from(*side).unwrap_or(0)).collect();
    Ok(Tensor { shape, data })
}

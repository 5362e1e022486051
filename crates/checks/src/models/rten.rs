//! Networks on rten, which is compiled in.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::sync::Arc;

use rten::{NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::TensorView;

use super::pool::Pool;
use super::tensor::Tensor;

/// One-thread pools, shared by all networks: as many runs at once as there are pools.
#[derive(Clone)]
pub(super) struct Threads(Arc<Pool<Arc<ThreadPool>>>);

impl Threads {
    pub(super) fn new(limit: NonZeroUsize) -> Self {
        Self(Arc::new(Pool::new(limit, vec![])))
    }
}

pub(super) struct Network {
    model: rten::Model,
    threads: Threads,
    inputs: Vec<String>,
    outputs: Vec<String>,
    output_ids: Vec<NodeId>,
}

impl Network {
    pub(super) fn load(bytes: Vec<u8>, threads: Threads) -> Result<Self, String> {
        let model = rten::Model::load(bytes).map_err(|e| e.to_string())?;
        let names = |ids: &[NodeId]| {
            let name = |id: &NodeId| model.node_info(*id).and_then(|node| node.name()).map(str::to_owned);
            ids.iter().map(name).collect::<Option<Vec<_>>>().ok_or("an input or output has no name")
        };
        let (inputs, outputs) = (names(model.input_ids())?, names(model.output_ids())?);
        let output_ids = model.output_ids().to_vec();
        Ok(Self { model, threads, inputs, outputs, output_ids })
    }

    pub(super) fn inputs(&self) -> &[String] {
        &self.inputs
    }

    pub(super) fn outputs(&self) -> &[String] {
        &self.outputs
    }

    pub(super) fn run(&self, inputs: &[(&str, Tensor)]) -> Result<BTreeMap<String, Tensor>, String> {
        let mut values: Vec<(NodeId, ValueOrView<'_>)> = Vec::with_capacity(inputs.len());
        for (name, tensor) in inputs {
            let id = self.model.node_id(name).map_err(|e| e.to_string())?;
            let view = TensorView::try_from_data(tensor.shape.as_slice(), tensor.data.as_slice())
                .map_err(|e| e.to_string())?;
            values.push((id, view.into()));
        }
        let outputs = self.threads.0.lend(
            || Ok::<_, Infallible>(Arc::new(ThreadPool::with_num_threads(1))),
            |pool| {
                let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
                Ok(self.model.run(values, &self.output_ids, Some(options)))
            },
        );
        let outputs = match outputs {
            Ok(run) => run.map_err(|e| e.to_string())?,
        };
        self.outputs.iter().cloned().zip(outputs).map(|(name, value)| Ok((name, tensor(value)?))).collect()
    }
}

fn tensor(value: Value) -> Result<Tensor, String> {
    use rten_tensor::prelude::*;
    Ok(match value {
        Value::FloatTensor(t) => Tensor { shape: t.shape().to_vec(), data: t.into_data() },
        Value::Int32Tensor(t) => {
            Tensor { shape: t.shape().to_vec(), data: t.iter().map(|x| *x as f32).collect() }
        }
        _ => return Err("an output holds numbers of an unsupported kind".into()),
    })
}

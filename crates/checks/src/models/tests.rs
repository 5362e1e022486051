use super::*;

#[test]
fn nothing_installed_is_unavailable() {
    let unavailable = Models::default().get(Task::Age).err().unwrap();
    assert_eq!(unavailable.to_string(), "no usable model for age: none is installed");
}

#[test]
fn a_missing_library_is_an_error_and_not_a_panic() {
    let error = Backend::onnx_runtime(Path::new("/nonexistent/libonnxruntime.so")).unwrap_err();
    assert!(error.to_string().starts_with("ONNX Runtime is not usable"), "{error}");
}

#[test]
fn a_file_that_is_no_model_leaves_only_its_task_unavailable() {
    let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
    let broken = || Weights {
        name: "broken".into(),
        sha256: "00".into(),
        bytes: vec![1, 2, 3],
        settings: BTreeMap::new(),
    };
    builder.insert(Task::Gender, move || Ok(broken()));
    builder.insert(Task::Age, || Err("not fetched".into()));
    let models = builder.build();
    assert_eq!(models.runtime(), Some(Runtime::Rten));
    assert!(models.get(Task::Gender).err().unwrap().why.contains("broken could not be loaded"));
    assert_eq!(models.get(Task::Age).err().unwrap().why, "not fetched");
}

#[test]
fn what_is_switched_off_is_not_missed() {
    let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
    builder.off(Task::FaceDescriptor);
    let models = builder.build();
    assert!(models.get(Task::FaceDescriptor).is_err());
    assert_eq!(models.unavailable().len(), Task::ALL.len() - 1);
}

#[test]
fn words_match_serde() {
    for task in Task::ALL {
        assert_eq!(serde_json::to_value(task).unwrap(), task.as_str());
    }
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        assert_eq!(serde_json::to_value(runtime).unwrap(), runtime.as_str());
    }
}

#[test]
fn a_file_is_read_at_the_first_use_and_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static READ: AtomicUsize = AtomicUsize::new(0);
    let mut builder = Models::builder(Backend::rten(), NonZeroUsize::MIN);
    builder.insert(Task::Age, || {
        READ.fetch_add(1, Ordering::SeqCst);
        Err("not fetched".into())
    });
    let models = builder.build();
    assert_eq!(READ.load(Ordering::SeqCst), 0);
    assert_eq!(models.unavailable().len(), Task::ALL.len());
    assert!(models.get(Task::Age).is_err());
    assert_eq!(READ.load(Ordering::SeqCst), 1);
}

use super::*;

fn in_folder(folder: &tempfile::TempDir) -> Options {
    Options { folder: Some(folder.path().to_owned()), ..Options::default() }
}

#[test]
fn runtime_setting() {
    assert_eq!(runtime_named(""), Ok(None));
    assert_eq!(runtime_named("rten"), Ok(Some(Runtime::Rten)));
    assert_eq!(runtime_named("onnxruntime"), Ok(Some(Runtime::OnnxRuntime)));
    assert!(runtime_named("tensorrt").unwrap_err().to_string().contains("tensorrt"));
}

#[test]
fn an_empty_folder_leaves_every_task_unavailable_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let models = load(&in_folder(&folder));
    for task in Task::ALL {
        let why = models.get(task).err().unwrap().why;
        assert!(why.contains("bonafide models fetch"), "{why}");
    }
    let asked = Options { runtime: Some(Runtime::OnnxRuntime), ..in_folder(&folder) };
    let models = load(&asked);
    assert_eq!(models.runtime(), None);
    assert_eq!(models.unavailable().len(), Task::ALL.len());
    let why = models.get(Task::Age).err().unwrap().why;
    assert!(why.contains("libonnxruntime.so is missing"), "{why}");
}

#[test]
fn an_altered_file_is_not_loaded_and_the_others_are() {
    let installed = crate::folder().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let entry = |task| manifest().files.iter().find(|entry| entry.task == Some(task)).unwrap();
    let (good, bad) = (entry(Task::FaceDetection), entry(Task::Gender));
    for entry in [good, bad] {
        std::fs::copy(installed.join(&entry.file), folder.path().join(&entry.file))
            .expect("weights: run ./setup first");
    }
    // One flipped bit deep inside the weights: it would still load.
    let path = folder.path().join(&bad.file);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[300_000] ^= 1;
    std::fs::write(&path, &bytes).unwrap();

    let options = Options { runtime: Some(Runtime::Rten), ..in_folder(&folder) };
    let models = load(&options);
    assert_eq!(models.get(Task::FaceDetection).unwrap().reference().sha256, good.sha256);
    let why = models.get(Task::Gender).err().unwrap().why;
    assert!(why.contains("hash differs"), "{why}");
    assert_eq!(state(folder.path(), bad), State::Altered);
    assert_eq!(state(folder.path(), good), State::Installed);

    let own = Options { replace: BTreeMap::from([(Task::Gender, path)]), ..options };
    let models = load(&own);
    let reference = models.get(Task::Gender).unwrap().reference();
    assert_eq!((reference.name.as_str(), reference.sha256), ("dlib_gender_v1", hash::of_bytes(&bytes)));
}

#[test]
fn an_own_face_network_is_used_alone_with_its_settings() {
    let installed = crate::folder().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let entry = |task| manifest().files.iter().find(|entry| entry.task == Some(task)).unwrap();
    for task in [Task::FaceEmbedding, Task::FaceDescriptor] {
        let file = &entry(task).file;
        std::fs::copy(installed.join(file), folder.path().join(file)).expect("weights: run ./setup first");
    }
    let options = Options { runtime: Some(Runtime::Rten), concurrency: 1, ..in_folder(&folder) };
    let fused = Options { face_networks: Some(FaceNetworks::Fused), ..options.clone() };
    assert!(load(&fused).get(Task::FaceDescriptor).is_ok());
    let single = load(&Options { face_networks: Some(FaceNetworks::Single), ..options });
    assert!(single.get(Task::FaceDescriptor).is_err());
    assert!(single.unavailable().iter().all(|missing| missing.task != Task::FaceDescriptor));

    let own = folder.path().join("mine.onnx");
    std::fs::copy(installed.join(&entry(Task::FaceEmbedding).file), &own).unwrap();
    let settings = BTreeMap::from([("face.mean".to_owned(), "127.5".to_owned())]);
    crate::use_own(folder.path(), Task::FaceEmbedding, &own, settings).unwrap();
    let models = load(&fused);
    let model = models.get(Task::FaceEmbedding).unwrap();
    assert_eq!((model.reference().name.as_str(), model.metadata("face.mean")), ("mine", Some("127.5")));
    assert!(models.get(Task::FaceDescriptor).is_err());

    std::fs::write(&own, b"another").unwrap();
    let why = load(&fused).get(Task::FaceEmbedding).err().unwrap().why;
    assert!(why.contains("name it again"), "{why}");
}

#[test]
fn the_setting_of_face_networks() {
    assert_eq!(FaceNetworks::named(""), Ok(FaceNetworks::Fused));
    assert_eq!(FaceNetworks::named("single"), Ok(FaceNetworks::Single));
    assert!(FaceNetworks::named("three").unwrap_err().contains("three"));
}

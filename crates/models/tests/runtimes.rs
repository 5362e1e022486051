//! The shipped weights on the runtimes: both give the same numbers, from any number of threads, and the
//! converted files give what the TFLite interpreter gives.

#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::OnceLock;

use bonafide_checks::models::{Model, Models, RunError, Runtime, Task, Tensor};
use bonafide_models::{Options, load, load_for_tests};

/// Every shipped model on one runtime, two runs at a time.
fn models(runtime: Runtime) -> &'static Models {
    static LOADED: [OnceLock<Models>; 2] = [const { OnceLock::new() }; 2];
    LOADED[usize::from(runtime == Runtime::Rten)].get_or_init(|| {
        // Says what to do when weights are missing.
        load_for_tests();
        load(&Options { runtime: Some(runtime), concurrency: 2, ..Options::default() })
    })
}

/// A shape the model takes, and the range of its numbers.
fn input_of(task: Task) -> (Vec<usize>, f64, f64) {
    let (shape, low, high): (&[usize], f64, f64) = match task {
        Task::FaceDetection => (&[1, 3, 640, 640], 0.0, 255.0),
        Task::FaceEmbedding => (&[1, 3, 112, 112], 0.0, 255.0),
        Task::FaceDescriptor => (&[1, 3, 150, 150], 0.0, 255.0),
        Task::FaceMesh => (&[1, 3, 192, 192], 0.0, 1.0),
        Task::EyeContour => (&[1, 3, 64, 64], 0.0, 1.0),
        Task::PassiveLiveness => (&[1, 3, 80, 80], 0.0, 255.0),
        Task::QuickTextDetection | Task::TextDetection => (&[1, 3, 96, 160], -1.0, 1.0),
        Task::QuickTextRecognition | Task::TextRecognition => (&[2, 3, 48, 160], -1.0, 1.0),
        Task::PageOrientation => (&[1, 3, 224, 224], -1.0, 1.0),
        Task::Age => (&[2, 3, 64, 64], -0.45, 0.55),
        Task::Gender => (&[2, 3, 32, 32], -0.45, 0.55),
    };
    (shape.to_vec(), low, high)
}

/// The same noise on every machine: number `k` is the fraction of `k` times Knuth's multiplier over 2³².
fn noise(task: Task) -> Tensor {
    let (shape, low, high) = input_of(task);
    let count: usize = shape.iter().product();
    let fraction = |k: usize| f64::from((k as u32).wrapping_mul(2_654_435_761)) / 4_294_967_296.0;
    let data = (0..count).map(|k| (low + fraction(k) * (high - low)) as f32).collect();
    Tensor { shape, data }
}

fn run(model: &Model, tensor: Tensor) -> BTreeMap<String, Tensor> {
    let [input] = model.inputs() else { panic!("every shipped model has one input") };
    model.run(&[(input.as_str(), tensor)]).unwrap()
}

/// The largest difference, as a share of the largest number (or of one, where all are small).
fn difference(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.shape, b.shape);
    let largest = a.data.iter().fold(1f32, |m, x| m.max(x.abs()));
    let differences = a.data.iter().zip(&b.data).map(|(x, y)| (x - y).abs());
    assert!(a.data.iter().chain(&b.data).all(|x| x.is_finite()));
    differences.fold(0f32, f32::max) / largest
}

#[test]
fn both_runtimes_give_the_same_numbers() {
    for task in Task::ALL {
        let (a, b) =
            (models(Runtime::OnnxRuntime).get(task).unwrap(), models(Runtime::Rten).get(task).unwrap());
        assert_eq!(a.reference(), b.reference());
        assert_eq!((a.inputs(), a.outputs()), (b.inputs(), b.outputs()), "{task}");
        let (a, b) = (run(a, noise(task)), run(b, noise(task)));
        assert_eq!(a.len(), b.len());
        for (name, tensor) in &a {
            let difference = difference(tensor, &b[name]);
            println!("{task} {name} {:?}: {difference:.1e}", tensor.shape);
            assert!(difference < 2e-5, "{task} {name}: {difference}");
            let first = tensor.data[0];
            assert!(
                tensor.data.len() < 4 || tensor.data.iter().any(|x| *x != first),
                "{task} {name}: constant"
            );
        }
    }
}

#[test]
fn many_threads_get_what_one_gets() {
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        let model = models(runtime).get(Task::PassiveLiveness).unwrap();
        let alone = run(model, noise(Task::PassiveLiveness));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..3 {
                        assert_eq!(run(model, noise(Task::PassiveLiveness)), alone, "{runtime}");
                    }
                });
            }
        });
    }
}

#[test]
fn wrong_inputs_are_errors() {
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        let model = models(runtime).get(Task::FaceEmbedding).unwrap();
        let right = noise(Task::FaceEmbedding);
        let flat = Tensor { shape: vec![1, 3, 112 * 112], data: right.data.clone() };
        let small = Tensor { shape: vec![1, 3, 8, 8], data: vec![0.0; 192] };
        let inconsistent = Tensor { shape: vec![1, 3, 112, 113], data: right.data.clone() };
        let empty = Tensor { shape: vec![1, 3, 0, 112], data: vec![] };
        for (name, tensor) in
            [("nonsense", right), ("data", flat), ("data", small), ("data", inconsistent), ("data", empty)]
        {
            let shape = tensor.shape.clone();
            let error = model.run(&[(name, tensor)]).expect_err(&format!("{runtime} {name} {shape:?}"));
            assert!(matches!(error, RunError::Failed { .. }), "{error}");
        }
        assert!(model.run(&[]).is_err());
        // The model is still usable.
        run(model, noise(Task::FaceEmbedding));
    }
}

#[test]
fn the_text_recogniser_brings_its_charset() {
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        let model = models(runtime).get(Task::TextRecognition).unwrap();
        let letters: Vec<&str> = model.metadata("character").unwrap().lines().collect();
        let classes = run(model, noise(Task::TextRecognition))["fetch_name_0"].shape[2];
        // One class more for the blank and one for the space.
        assert_eq!(letters.len() + 2, classes);
        assert!(["A", "<", "é", "ß", "ğ", "þ"].iter().all(|letter| letters.contains(letter)));
        assert_eq!(model.metadata("no such key"), None);
    }
}

/// Outputs of the TFLite interpreter (ai-edge-litert 2.3.0) for the original files and the same noise.
#[test]
fn converted_models_give_what_the_tflite_files_give() {
    type Recorded = (Task, &'static str, &'static [(usize, f32)]);
    let recorded: [Recorded; 5] = [
        (
            Task::FaceMesh,
            "conv2d_21",
            &[
                (0, 97.828896),
                (1, 116.16943),
                (2, -13.471461),
                (468, 37.762455),
                (702, 28.09483),
                (1403, 12.016391),
            ],
        ),
        (Task::FaceMesh, "conv2d_31", &[(0, -8.777948)]),
        (
            Task::EyeContour,
            "output_eyes_contours_and_brows",
            &[
                (0, 25.312695),
                (1, 36.274807),
                (2, 2.7763958),
                (71, 0.950_632),
                (106, 46.416122),
                (212, -3.973_164),
            ],
        ),
        (
            Task::EyeContour,
            "output_iris",
            &[(0, 31.979553), (1, 34.30634), (2, 3.1788793), (5, 3.08398), (7, 29.907965), (14, 3.1806054)],
        ),
        (
            Task::PassiveLiveness,
            "StatefulPartitionedCall:0",
            &[(0, 1.0358483), (1, -1.3962786), (2, 0.36044174)],
        ),
    ];
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        for (task, output, numbers) in &recorded {
            let outputs = run(models(runtime).get(*task).unwrap(), noise(*task));
            for (index, expected) in *numbers {
                let found = outputs[*output].data[*index];
                let allowed = 5e-5 * expected.abs().max(10.0);
                assert!((found - expected).abs() < allowed, "{runtime} {task} {output} {index}: {found}");
            }
        }
    }
}

/// Descriptors of dlib 20.0.1 for the same noise in whole levels. Its input layer works on 8-bit pictures.
#[test]
fn the_converted_descriptor_gives_what_dlib_gives() {
    let recorded =
        [(0, -0.061_352), (1, 0.093_184), (2, 0.094_238), (63, -0.100_78), (100, 0.109_39), (127, 0.028_825)];
    let mut chip = noise(Task::FaceDescriptor);
    chip.data.iter_mut().for_each(|v| *v = v.floor());
    for runtime in [Runtime::OnnxRuntime, Runtime::Rten] {
        let outputs = run(models(runtime).get(Task::FaceDescriptor).unwrap(), chip.clone());
        for (index, expected) in recorded {
            let found = outputs["descriptor"].data[index];
            assert!((found - expected).abs() < 2e-6, "{runtime} {index}: {found}");
        }
    }
}

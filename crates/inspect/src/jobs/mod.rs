//! Everything that a child can be asked for: one struct a kind, with what it takes, what it gives and how it is done. The same
//! code runs in a child and, in tests, in the process itself.

mod admit;
mod break_out;
mod crop;
mod judge_capture;
mod kept;
mod match_faces;
mod match_template;
mod networks;
mod on_page;
mod pages;
mod read_address;
mod read_document;

use bonafide_checks::{
    image::{self, Picture, manipulation::Traces},
    models::Models,
    pdf::Line,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use self::{
    admit::{Admit, Admitted},
    break_out::{Attempt, BreakOut, Broken},
    crop::Crop,
    judge_capture::{Frame, JudgeCapture, Judged},
    kept::Kept,
    match_faces::MatchFaces,
    match_template::MatchTemplate,
    networks::{Installed, Networks},
    on_page::{OnPage, Scaled},
    pages::{Drawn, Pages},
    read_address::ReadAddress,
    read_document::{DocumentRead, ReadDocument},
};

/// One kind of work.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    type Answer: Serialize + DeserializeOwned + Send + 'static;
    const LANE: Lane;

    /// Does it, on this thread.
    fn perform(self, models: &Models) -> Self::Answer;
}

/// Which children do it. Somebody who uploads does not wait behind checks, and children that only decode load no networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    Pictures,
    Checks,
}

/// What connects a kind of work with [`Request`] and [`Answer`].
pub trait Listed: Job + Into<Request> {
    /// In metrics and logs.
    const NAME: &'static str;

    /// `None` for the answer to something else.
    fn take(answer: Answer) -> Option<Self::Answer>;
}

macro_rules! jobs {
    ($($job:ident $name:literal),* $(,)?) => {
        /// What a child is asked.
        #[derive(Serialize, Deserialize)]
        pub enum Request { $($job(Box<$job>)),* }

        /// What it says.
        #[derive(Serialize, Deserialize)]
        pub enum Answer { $($job(Box<<$job as Job>::Answer>)),* }

        impl Request {
            pub fn perform(self, models: &Models) -> Answer {
                match self { $(Self::$job(job) => Answer::$job(Box::new(job.perform(models)))),* }
            }
        }

        $(
            impl From<$job> for Request {
                fn from(job: $job) -> Self { Self::$job(Box::new(job)) }
            }
            impl Listed for $job {
                const NAME: &'static str = $name;
                fn take(answer: Answer) -> Option<Self::Answer> {
                    if let Answer::$job(answer) = answer { Some(*answer) } else { None }
                }
            }
        )*
    };
}

jobs! {
    Admit "admit",
    Pages "pages",
    Crop "crop",
    OnPage "on_page",
    ReadDocument "read_document",
    ReadAddress "read_address",
    MatchFaces "match_faces",
    MatchTemplate "match_template",
    JudgeCapture "judge_capture",
    Networks "networks",
    BreakOut "break_out",
}

/// A file that is not opened yet.
#[derive(Clone, Serialize, Deserialize)]
pub struct File(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// A side or page of a document, with what is known of it beside its pixels.
#[derive(Serialize, Deserialize)]
pub struct Page {
    pub file: File,
    /// What the file as it was submitted showed of editing.
    pub traces: Option<Traces>,
    /// Of a page of a PDF: what it says in letters, by the file's own word.
    pub text: Vec<Line>,
}

/// A stored picture that cannot be decoded: it could when it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damaged;

impl File {
    fn open(&self) -> Result<Picture, Damaged> {
        image::decode(&self.0).map_err(|_| Damaged)
    }
}

fn open_all(files: &[File]) -> Result<Vec<Picture>, Damaged> {
    files.iter().map(File::open).collect()
}

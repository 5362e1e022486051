//! How the server and a child talk: a length of four bytes, least significant first, and so many bytes of CBOR.

use std::{
    io::{self, Read, Write},
    path::PathBuf,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::{jobs::Answer, worker::Confined};

/// The largest message to a child: all pictures of a capture, each as large as one that is taken, have room.
pub(crate) const MOST_ASKED: usize = 512 << 20;
/// The largest message of a child: the pages of a PDF.
pub(crate) const MOST_SAID: usize = 128 << 20;

/// The first thing that a child is told. It comes from the server, so it is believed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Start {
    /// Where the networks are, for who loads them; none for a child that needs none.
    pub(crate) networks: Option<String>,
    /// What may be read.
    pub(crate) readable: Vec<PathBuf>,
    /// Time on a processor for each job, in seconds.
    pub(crate) cpu_s: u64,
}

/// What a child says.
#[derive(Serialize, Deserialize)]
pub(crate) enum Said {
    /// It is ready, once.
    Ready(Confined),
    Done(Answer),
    /// A check of ours came to a place it should not, and the child ends: file and line.
    Panicked(String),
}

/// A message, wiped from memory when it was sent: it holds pictures of people, and what is on their documents.
pub(crate) type Frame = Zeroizing<Vec<u8>>;

pub(crate) fn encode(message: &impl Serialize, most: usize) -> io::Result<Frame> {
    let mut frame = Zeroizing::new(vec![0; 4]);
    ciborium::into_writer(message, &mut *frame).map_err(io::Error::other)?;
    let length = frame.len() - 4;
    let prefix = u32::try_from(length).ok().filter(|_| length <= most).ok_or_else(too_long)?;
    if let Some(head) = frame.get_mut(..4) {
        head.copy_from_slice(&prefix.to_le_bytes());
    }
    Ok(frame)
}

pub(crate) fn decode<T: DeserializeOwned>(frame: &[u8]) -> io::Result<T> {
    // What is wrong with it may repeat what is in it.
    ciborium::from_reader(frame).map_err(|_| io::Error::other("a message makes no sense"))
}

fn too_long() -> io::Error {
    io::Error::other("a message is too long")
}

fn length(prefix: [u8; 4], most: usize) -> io::Result<u64> {
    let length = u32::from_le_bytes(prefix);
    if length as usize > most { Err(too_long()) } else { Ok(length.into()) }
}

/// In a child.
pub(crate) fn read(from: &mut impl Read, most: usize) -> io::Result<Frame> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix)?;
    let length = length(prefix, most)?;
    let mut frame = Zeroizing::new(Vec::with_capacity(length as usize));
    if from.take(length).read_to_end(&mut frame)? as u64 == length {
        Ok(frame)
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// In a child.
pub(crate) fn write(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&encode(message, MOST_SAID)?)?;
    to.flush()
}

/// In the server. What a child says is not believed: memory is taken as its bytes come.
pub(crate) async fn receive<T: DeserializeOwned>(from: &mut (impl AsyncReadExt + Unpin)) -> io::Result<T> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix).await?;
    let length = length(prefix, MOST_SAID)?;
    let mut frame = Zeroizing::new(vec![]);
    if from.take(length).read_to_end(&mut frame).await? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    decode(&frame)
}

/// In the server.
pub(crate) async fn send(to: &mut (impl AsyncWriteExt + Unpin), frame: &Frame) -> io::Result<()> {
    to.write_all(frame).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Admit, File, Networks, Request};

    #[test]
    fn a_message_comes_back_and_a_longer_one_than_allowed_is_refused() {
        let file = File((0..100_000u32).map(|i| i as u8).collect());
        let request = Request::from(Admit { file: file.clone(), examine: true });
        let frame = encode(&request, MOST_ASKED).unwrap();
        assert!(frame.len() < file.0.len() + 200, "bytes are written as they are: {}", frame.len());
        let read = read(&mut frame.as_slice(), MOST_ASKED).unwrap();
        let Request::Admit(back) = decode(&read).unwrap() else { panic!("another request") };
        assert!(back.file.0 == file.0 && back.examine);
        assert!(encode(&request, 99_999).is_err());
        assert!(super::read(&mut frame.as_slice(), 99_999).is_err());
    }

    #[tokio::test]
    async fn what_a_child_says_is_not_believed() {
        let said = encode(&Said::Panicked("a.rs:1".to_owned()), MOST_SAID).unwrap();
        let cut = &said[..said.len() - 1];
        assert!(receive::<Said>(&mut &said[..]).await.is_ok());
        assert!(receive::<Said>(&mut &cut[..]).await.is_err());
        // A length without anything behind it takes no memory.
        assert!(receive::<Said>(&mut &(MOST_SAID as u32).to_le_bytes()[..]).await.is_err());
        assert!(receive::<Said>(&mut &u32::MAX.to_le_bytes()[..]).await.is_err());
        let other = encode(&Request::from(Networks), MOST_SAID).unwrap();
        assert!(receive::<Said>(&mut &other[..]).await.is_err());
    }
}

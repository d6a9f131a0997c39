//! The bodies of a render's assets, for as long as it lasts: some in memory, the others in a file without a name. The
//! cache would not do, as other runs change it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bodies take at most this much memory together; the others go to the file.
const MOST_BYTES: u64 = 64 << 20;

/// Where a body is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    Memory(Arc<[u8]>),
    File { begin: u64, bytes: usize },
}

#[derive(Debug)]
pub(super) struct Bodies {
    /// Where the file is made; None for the system's temporary folder.
    folder: Option<PathBuf>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    in_memory: u64,
    /// Made when it is first needed.
    file: Option<Arc<File>>,
    end: u64,
}

impl Bodies {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self {
            folder,
            state: Mutex::default(),
        }
    }

    /// May write, which can take a moment. Where that fails, for want of space or rights, the body stays in memory.
    pub(super) fn keep(&self, body: Arc<[u8]>) -> Body {
        let bytes = body.len() as u64;
        {
            let mut state = self.state();
            if state.in_memory + bytes <= MOST_BYTES {
                state.in_memory += bytes;
                return Body::Memory(body);
            }
        }
        self.write(&body).unwrap_or(Body::Memory(body))
    }

    fn write(&self, body: &[u8]) -> io::Result<Body> {
        let (file, begin) = {
            let mut state = self.state();
            let file = match &state.file {
                Some(file) => Arc::clone(file),
                None => Arc::new(match &self.folder {
                    Some(folder) => tempfile::tempfile_in(folder)?,
                    None => tempfile::tempfile()?,
                }),
            };
            state.file = Some(Arc::clone(&file));
            let begin = state.end;
            state.end += body.len() as u64;
            (file, begin)
        };
        file.write_all_at(body, begin)?;
        Ok(Body::File {
            begin,
            bytes: body.len(),
        })
    }

    /// May read from the disk.
    pub(super) fn read(&self, body: &Body) -> io::Result<Arc<[u8]>> {
        let (begin, bytes) = match body {
            Body::Memory(body) => return Ok(Arc::clone(body)),
            Body::File { begin, bytes } => (*begin, *bytes),
        };
        let file = self.state().file.clone().ok_or(io::ErrorKind::NotFound)?;
        read_at(&file, begin, bytes)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This many bytes of a file, from `begin` on, without a second copy of them. An error where it has fewer.
pub(super) fn read_at(file: &File, begin: u64, bytes: usize) -> io::Result<Arc<[u8]>> {
    let mut body: Arc<[u8]> = std::iter::repeat_n(0, bytes).collect();
    if let Some(body) = Arc::get_mut(&mut body) {
        file.read_exact_at(body, begin)?;
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_has_a_limit_and_all_bodies_come_back() {
        let root = tempfile::tempdir().unwrap();
        let bodies = Bodies::new(Some(root.path().to_owned()));
        let body = |number: u8| -> Arc<[u8]> { vec![number; 10 << 20].into() };
        let kept: Vec<Body> = (0..9).map(|number| bodies.keep(body(number))).collect();
        let in_memory = |kept: &&Body| matches!(kept, Body::Memory(_));
        assert_eq!(kept.iter().filter(in_memory).count(), 6);
        assert!(in_memory(&&bodies.keep(Arc::from(b"small".as_slice()))));
        for (number, kept) in (0..).zip(&kept) {
            assert!(bodies.read(kept).unwrap() == body(number), "{number}");
        }
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_cannot_be_written_stays_in_memory() {
        let bodies = Bodies::new(Some("/nowhere".into()));
        let large: Arc<[u8]> = vec![1; MOST_BYTES as usize + 1].into();
        assert!(matches!(bodies.keep(large), Body::Memory(_)));
    }
}

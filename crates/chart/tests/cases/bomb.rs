//! Archives that are small and expand to much.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

/// An archive of files of zeros, `bomb/0`, `bomb/1` and so on.
pub(crate) fn zeros(sizes: &[usize]) -> Vec<u8> {
    let mut archive = Archive::new();
    let zeros = vec![0; sizes.iter().copied().max().unwrap_or_default()];
    for (index, size) in sizes.iter().enumerate() {
        archive.add(&format!("bomb/{index}"), &zeros[..*size]);
    }
    archive.finish()
}

/// The archive of a chart with these files.
pub(crate) fn chart(name: &str, files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = Archive::new();
    archive.add(&format!("{name}/Chart.yaml"), format!("{{name: {name}, version: 1.0.0}}").as_bytes());
    for (file, data) in files {
        archive.add(&format!("{name}/{file}"), data);
    }
    archive.finish()
}

struct Archive(GzEncoder<Vec<u8>>);

impl Archive {
    fn new() -> Archive {
        Archive(GzEncoder::new(Vec::new(), Compression::fast()))
    }

    fn add(&mut self, name: &str, data: &[u8]) {
        self.0.write_all(&header(name, data.len())).unwrap();
        self.0.write_all(data).unwrap();
        let padding = data.len().next_multiple_of(512) - data.len();
        self.0.write_all(&vec![0; padding]).unwrap();
    }

    fn finish(mut self) -> Vec<u8> {
        self.0.write_all(&[0; 1024]).unwrap();
        self.0.finish().unwrap()
    }
}

fn header(name: &str, size: usize) -> [u8; 512] {
    let mut block = [0; 512];
    let mut put = |at: usize, text: &str| block[at..at + text.len()].copy_from_slice(text.as_bytes());
    put(0, name);
    put(100, "0000644\0");
    put(124, &format!("{size:011o}\0"));
    put(136, "00000000000\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    block
}

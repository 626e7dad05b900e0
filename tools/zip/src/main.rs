//! `<folder> <out.zip>`: the folder as a zip that is the same, byte for byte, whenever the files are.
//!
//! Names in byte order, one fixed time, one fixed mode. The system's zip writes clocks and the order of the disk.

use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Zopfli's rounds, as the crate counts them from 10 on. Measured on our own files: from 5 to 15 rounds it gains 0.1 %.
const LEVEL: i64 = 15;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = args.as_slice() else {
        eprintln!("usage: onlooker-zip <folder> <out.zip>");
        return ExitCode::from(2);
    };
    match pack(Path::new(folder), Path::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onlooker-zip: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pack(folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    walk(folder, "", &mut names)?;
    names.sort_unstable();
    let mut zip = ZipWriter::new(fs::File::create(out)?);
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
    for name in &names {
        let bytes = fs::read(folder.join(name))?;
        // What is packed already, as pictures are, gains nothing by being packed again.
        let stored = name.ends_with(".png");
        let method = if stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let level = (!stored).then_some(LEVEL);
        zip.start_file(name.as_str(), options.compression_method(method).compression_level(level))?;
        zip.write_all(&bytes)?;
    }
    zip.finish()?;
    Ok(())
}

/// Every file below a folder, by its path with forward slashes.
fn walk(folder: &Path, under: &str, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| "a file's name is not UTF-8")?;
        let name = if under.is_empty() { name } else { format!("{under}/{name}") };
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &name, names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

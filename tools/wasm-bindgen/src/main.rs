//! wasm-bindgen's command line, reduced to the one thing build.sh asks of it: `<in.wasm> <out folder> <name>`.
//!
//! The library is locked by this folder's Cargo.lock; the published command line would have to be fetched and built
//! without a lock, and takes twice as long.

use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, out, name] = args.as_slice() else {
        eprintln!("usage: onlooker-wasm-bindgen <in.wasm> <out folder> <name>");
        return ExitCode::from(2);
    };
    let mut bindgen = Bindgen::new();
    let made = bindgen.web(true).and_then(|b| {
        b.input_path(input)
            .out_name(name)
            .typescript(true)
            // Names and producers tell of the machine that built, and nobody reads them in the browser.
            .remove_name_section(true)
            .remove_producers_section(true)
            // The worker always says where the file is; without this the JS would hold a guess by import.meta.url.
            .omit_default_module_path(true)
            .generate(out)
    });
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("onlooker-wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| berth_fuzzed::search(bytes));

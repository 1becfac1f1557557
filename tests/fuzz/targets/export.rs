#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ticketing::fuzz::export(bytes));

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| identity::fuzz::opaque_token(bytes));

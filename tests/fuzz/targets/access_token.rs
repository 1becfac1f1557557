#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| auth::fuzz::access_token(bytes));

//! The process `operator`.

fn main() -> std::process::ExitCode {
    operator::main()
}

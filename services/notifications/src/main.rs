//! The notifications service as a process of its own.

fn main() -> std::process::ExitCode {
    chassis::main(notifications::MODULE)
}

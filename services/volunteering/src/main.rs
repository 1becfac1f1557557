//! Runs volunteering as a process of its own.

fn main() -> std::process::ExitCode {
    chassis::main(volunteering::MODULE)
}

# All images at once: `docker buildx bake`. The stages up to the compiled programs are the same for all of them, and are
# run once. REGISTRY, VERSION and REVISION are variables of the environment.
variable "REGISTRY" { default = "linli" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }

group "default" { targets = ["image"] }

target "image" {
  name = program
  matrix = {
    program = ["linli", "identity", "registry", "ticketing", "volunteering", "notifications", "operator"]
  }
  args = {
    SERVICE  = program
    VERSION  = VERSION
    REVISION = REVISION
    # MB: the services and the command line together are larger than one of them
    MOST = program == "linli" ? "100" : "40"
  }
  tags = ["${REGISTRY}/${program}:${VERSION}"]
}

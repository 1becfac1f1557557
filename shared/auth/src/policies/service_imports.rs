//! Sheets of voluntary service that come in.

use super::volunteering::RUNNERS;
use crate::Policy;

/// Rows of imports.
pub(crate) const POLICIES: &[Policy] = &[
    Policy::new(
        "import_service_sheet",
        "POST",
        "/api/volunteering/v1/imports",
        RUNNERS,
    ),
    Policy::new(
        "list_service_imports",
        "GET",
        "/api/volunteering/v1/imports",
        RUNNERS,
    ),
    Policy::new(
        "show_service_import_template",
        "GET",
        "/api/volunteering/v1/imports/template",
        RUNNERS,
    ),
    Policy::new(
        "show_service_import",
        "GET",
        "/api/volunteering/v1/imports/{id}",
        RUNNERS,
    ),
    Policy::new(
        "undo_service_import",
        "POST",
        "/api/volunteering/v1/imports/{id}/undo",
        RUNNERS,
    ),
];

//! Tables and queries; rows never leave this folder.

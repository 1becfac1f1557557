//! Roles that a grant can give.

use std::{fmt, str::FromStr};

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("没有这个角色 (no such role)")]
pub struct RoleError;

/// Defines the roles: variant, name on the wire, Chinese title.
macro_rules! define_roles {
    ($($role:ident $name:literal $title:literal $doc:literal;)+) => {
        /// What a person may be in a part of the organisation tree (角色).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $(
                #[doc = concat!($doc, " (", $title, ").")]
                $role,
            )+
        }

        impl Role {
            /// Every role, from residents to administrators.
            pub const ALL: &'static [Self] = &[$(Self::$role),+];

            /// Returns the name on the wire and in the store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$role => $name,)+
                }
            }

            /// Returns the Chinese title.
            #[must_use]
            pub const fn title_zh(self) -> &'static str {
                match self {
                    $(Self::$role => $title,)+
                }
            }
        }

        impl FromStr for Role {
            type Err = RoleError;

            fn from_str(text: &str) -> Result<Self, RoleError> {
                match text {
                    $($name => Ok(Self::$role),)+
                    _ => Err(RoleError),
                }
            }
        }
    };
}

define_roles! {
    Resident "resident" "居民" "Lives in the city";
    ResidentRepresentative "resident_representative" "居民代表" "Speaks and votes for neighbours";
    OwnersCommittee "owners_committee" "业委会委员" "Oversees the property company for the owners of a compound";
    PartyMember "party_member" "党员" "Party member who reports to the community";
    Volunteer "volunteer" "志愿者" "Gives time";
    GridWorker "grid_worker" "网格员" "Walks a grid, takes up and does orders";
    CompoundDispatcher "compound_dispatcher" "小区调度员" "Hands out orders in a compound";
    CommunityDispatcher "community_dispatcher" "社区调度员" "Hands out orders in a community";
    StreetDispatcher "street_dispatcher" "街道调度员" "Hands out orders in a street";
    DepartmentLiaison "department_liaison" "部门联络员" "Answers for a department";
    Inspector "inspector" "督查员" "Supervises and urges";
    CallbackAgent "callback_agent" "回访员" "Asks residents about the result";
    Assessor "assessor" "考核员" "Scores units";
    DistrictOperator "district_operator" "区级运营员" "Runs the platform of a district";
    PlatformOperator "platform_operator" "平台运营员" "Runs the platform of the city";
    SystemAdmin "system_admin" "系统管理员" "Administers the system";
    SecurityAdmin "security_admin" "安全管理员" "Administers accounts and grants";
    AuditAdmin "audit_admin" "审计管理员" "Reads the audit log";
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

wire_text!(Role, "a role name string");
column_text!(Role);

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Role {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("角色 (role)"))
            .enum_values(Some(Self::ALL.iter().map(|role| role.as_str())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Role {}

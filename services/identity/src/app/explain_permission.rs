//! Why an account may call an operation somewhere, or may not (权限说明).

use auth::{Ctx, Grant, policy};
use kernel::{AccountId, OrgPath};
use problem::{Category, Fact, Kind};
use store::StoreError;

use super::caller::OK;
use super::{Caller, Identity, tokens};
use crate::store::{access_log, accounts, grants};

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) operation: String,
    pub(crate) place: Option<OrgPath>,
    pub(crate) category: Option<String>,
}

/// The row of the policy table, and the grants to rule by.
pub(crate) struct Explained {
    pub(crate) policy: &'static auth::Policy,
    pub(crate) grants: Vec<Grant>,
}

/// Why nothing is explained.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExplainPermissionError {
    #[error("no such operation")]
    OperationUnknown,
    #[error("no such account")]
    AccountUnknown,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Category for ExplainPermissionError {
    fn fact(&self) -> Fact {
        match self {
            Self::OperationUnknown => Fact::new(
                Kind::Invalid,
                "operation-unknown",
                "没有这个操作",
                "there is no such operation",
            )
            .at("/operation"),
            Self::AccountUnknown => Fact::new(
                Kind::NotFound,
                "account-not-found",
                "没有这个账号",
                "there is no such account",
            ),
            Self::Store(error) => error.fact(),
        }
    }
}

fn policy_of(question: &Question) -> Result<&'static auth::Policy, ExplainPermissionError> {
    policy::named(&question.operation).ok_or(ExplainPermissionError::OperationUnknown)
}

/// Explains it for the caller, by the grants of the token that was sent.
pub(crate) fn explain_permission(
    ctx: &Ctx,
    question: &Question,
) -> Result<Explained, ExplainPermissionError> {
    Ok(Explained {
        policy: policy_of(question)?,
        grants: ctx.principal.grants.clone(),
    })
}

/// Explains it for another account, by the grants that count now, and notes that they were read.
pub(crate) async fn explain_account_permission(
    app: &Identity,
    ctx: &Ctx,
    account: AccountId,
    question: &Question,
) -> Result<Explained, ExplainPermissionError> {
    let policy = policy_of(question)?;
    let entry = Caller::from(ctx).entry(&account, OK);
    app.db
        .maintain("permission.explain", async |tx| {
            if accounts::find_account(&*tx, account).await?.is_none() {
                return Err(ExplainPermissionError::AccountUnknown);
            }
            let held = grants::list_held(&*tx, &[account], ctx.now).await?;
            access_log::append(&tx, &entry).await?;
            let (grants, _) = tokens::counting(&held, ctx.now);
            Ok(Explained { policy, grants })
        })
        .await
}

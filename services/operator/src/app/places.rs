use super::work::Work;
use crate::cluster::Tone;
use crate::crd::{AdministratorStatus, Condition, DivisionsStatus};
use crate::domain::conditions::Stage;
use crate::domain::divisions::Row;

/// Most refused rows that a condition names.
const NAMED: usize = 3;
/// Reason where rows were not taken.
const ROWS_REFUSED: &str = "RowsRefused";

impl Work<'_> {
    /// Puts the district into the registry with its name and parent.
    pub(super) async fn register(&mut self) {
        let spec = &self.district.spec;
        let own = Row {
            code: spec.code.clone(),
            name: spec.name.clone(),
            level: "district".to_owned(),
            parent_code: spec.parent_code.clone(),
            withdrawn: false,
        };
        let known = self.status.path.is_some();
        let places = &self.ctx.platform.places;
        let done = async {
            let imported = places.import(&[own]).await?;
            Ok((imported, places.place(&spec.code).await?))
        };
        match done.await {
            Ok((imported, place)) => {
                if let Some((_, reason)) = imported.refused.first() {
                    self.report.registered = Stage::failed("Refused", reason.clone());
                    return;
                }
                self.found(&place);
                if known {
                    let note = "名称或上级已恢复 (name or parent was put right)";
                    self.tell(Tone::Normal, "DriftCorrected", note).await;
                } else {
                    self.tell(Tone::Normal, "Registered", &spec.code).await;
                }
            }
            Err(error) => self.report.registered = self.refused(&error),
        }
    }

    pub(super) async fn import_divisions(&mut self) {
        let Some(data) = self.data.take() else {
            return;
        };
        if self.status.path.is_none() {
            return;
        }
        let imported = match self.ctx.platform.places.import(&data.rows).await {
            Ok(imported) => imported,
            Err(error) => {
                self.report.divisions = self.refused(&error);
                return;
            }
        };
        let before = self.status.divisions.take();
        let same = before.as_ref().is_some_and(|old| old.digest == data.digest);
        if imported.changed > 0 {
            let reason = if same {
                "DriftCorrected"
            } else {
                "DivisionsImported"
            };
            let note = format!("{} 条区划有变动 (divisions changed)", imported.changed);
            self.tell(Tone::Normal, reason, &note).await;
        }
        let bad = data.bad.iter();
        let bad = bad.map(|(line, why)| format!("第 {line} 行 (line {line}): {why}"));
        let refused = imported.refused.iter();
        let refused = refused.map(|(code, why)| format!("{code}: {why}"));
        let wrong: Vec<String> = bad.chain(refused).collect();
        let changed_at = match before {
            Some(old) if imported.changed == 0 && same => old.changed_at,
            _ => self.ctx.clock.now().to_string(),
        };
        let status = DivisionsStatus {
            digest: data.digest,
            rows: count(data.rows.len() + data.bad.len()),
            refused: count(wrong.len()),
            changed_at,
        };
        self.report.divisions = if wrong.is_empty() {
            imported_all(&status)
        } else {
            let named: Vec<_> = wrong.iter().take(NAMED).map(String::as_str).collect();
            let message = format!(
                "{} 行未接受 (rows were not taken): {}",
                wrong.len(),
                named.join("; ")
            );
            Stage::failed(ROWS_REFUSED, message)
        };
        self.status.divisions = Some(status);
    }

    pub(super) async fn grant(&mut self, account: &str) {
        let Some(path) = self.status.path.clone() else {
            return;
        };
        let granted = match self.ctx.platform.places.grant(account, &path).await {
            Ok(granted) => granted,
            Err(error) => {
                // somebody who cannot be granted is a person's matter, not one of time
                if error.reason() != "Refused" && !error.is_not_found() {
                    self.again = true;
                }
                self.report.administrators =
                    Stage::failed(error.reason(), format!("{account}: {error}"));
                return;
            }
        };
        let mut held = self.status.administrators.iter_mut();
        if let Some(held) = held.find(|held| held.account_id == account) {
            // what is held as before keeps the id that is known
            held.grant_id = granted.or_else(|| held.grant_id.take());
            return;
        }
        let grant_id = match granted {
            Some(made) => Some(made),
            // made by an operator that died before it wrote that down, or not the operator's at all
            None => match self.ctx.platform.own_grant(account, &path).await {
                Ok(found) => found,
                Err(error) => {
                    self.report.administrators = self.refused(&error);
                    return;
                }
            },
        };
        self.status.administrators.push(AdministratorStatus {
            account_id: account.to_owned(),
            grant_id,
        });
        self.tell(Tone::Normal, "AdministratorGranted", account)
            .await;
    }

    pub(super) async fn revoke(&mut self, account: &str, grant: Option<&str>) {
        if let Some(grant) = grant
            && let Err(error) = self.ctx.platform.places.revoke_grant(account, grant).await
        {
            self.report.administrators = self.refused(&error);
            return;
        }
        self.status
            .administrators
            .retain(|held| held.account_id != account);
        self.tell(Tone::Normal, "AdministratorRevoked", account)
            .await;
    }
}

/// What is said of an import that was made before.
pub(super) fn imported(status: &DivisionsStatus, before: &[Condition]) -> Stage {
    if status.refused == 0 {
        return imported_all(status);
    }
    let mut before = before.iter();
    let said = before.find(|one| one.kind == "DivisionsImported" && one.reason == ROWS_REFUSED);
    let message = said.map_or_else(String::new, |one| one.message.clone());
    Stage::failed(ROWS_REFUSED, message)
}

fn imported_all(status: &DivisionsStatus) -> Stage {
    Stage::done("Imported", format!("{} 行 (rows)", status.rows))
}

pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

use super::work::Work;
use crate::cluster::{SecretProblem, Tone};
use crate::crd::District;
use crate::domain::conditions::Stage;
use crate::domain::plan::Machine;
use crate::platform::PlatformError;
use crate::secret::Secret;

impl Work<'_> {
    /// Finds the machine account, and whether the Secret opens it; nothing where that cannot be said.
    pub(super) async fn observe_machine(&mut self) -> Option<Machine> {
        let held = match self.secrets.credentials(&self.secret_name()).await {
            Ok(held) => held,
            Err(problem) => {
                self.secret_failed(&problem);
                return None;
            }
        };
        match self.find_machine(held).await {
            Ok(machine) => {
                if let Machine::Good {
                    client_id,
                    account_id,
                } = &machine
                {
                    self.note_machine(client_id, account_id);
                    self.issued();
                }
                Some(machine)
            }
            Err(error) => {
                self.report.credentials = self.refused(&error);
                None
            }
        }
    }

    async fn find_machine(&self, held: Option<(String, Secret)>) -> Result<Machine, PlatformError> {
        let registrar = &self.ctx.platform.registrar;
        let known = self.status.credentials.clone();
        if let Some((client_id, secret)) = &held
            && let Some(known) = known.filter(|known| known.client_id == *client_id)
            && registrar.opens(client_id, secret.reveal()).await?
        {
            return Ok(Machine::Good {
                client_id: known.client_id,
                account_id: known.account_id,
            });
        }
        // by name: it may have been registered just before the operator died, or revoked by somebody
        let Some(found) = registrar.machine(&machine_name(self.district)).await? else {
            return Ok(Machine::Absent);
        };
        let (client_id, account_id) = (found.client_id, found.account_id);
        if let Some((held_id, secret)) = &held
            && *held_id == client_id
            && registrar.opens(&client_id, secret.reveal()).await?
        {
            return Ok(Machine::Good {
                client_id,
                account_id,
            });
        }
        Ok(Machine::Locked {
            client_id,
            account_id,
        })
    }

    /// Registers a machine account, or gives the one at hand another secret, and writes the Secret.
    pub(super) async fn issue_credentials(&mut self, known: Option<(&str, &str)>) {
        let registrar = &self.ctx.platform.registrar;
        let made = if let Some((client_id, account_id)) = known {
            let renewed = registrar.renew_secret(client_id).await;
            renewed.map(|secret| (client_id.to_owned(), account_id.to_owned(), Some(secret)))
        } else {
            let made = registrar
                .register_machine(&machine_name(self.district))
                .await;
            made.map(|made| (made.client_id, made.account_id, made.secret))
        };
        let (client_id, account_id, secret) = match made {
            Ok(made) => made,
            Err(error) => {
                self.report.credentials = self.refused(&error);
                return;
            }
        };
        let Some(secret) = secret else {
            self.report.credentials = self.refused(&PlatformError::Unexpected("no secret"));
            return;
        };
        let name = self.secret_name();
        if let Err(problem) = self.secrets.write(&name, &client_id, &secret).await {
            self.secret_failed(&problem);
            return;
        }
        self.note_machine(&client_id, &account_id);
        self.issued();
        let reason = match known {
            Some(_) => "CredentialsRenewed",
            None => "CredentialsIssued",
        };
        self.tell(Tone::Normal, reason, &name).await;
    }

    /// Lets the machine account run the district.
    pub(super) async fn grant_machine(&mut self) {
        let (Some(machine), Some(path)) = (&self.status.credentials, &self.status.path) else {
            return;
        };
        let granted = self
            .ctx
            .platform
            .places
            .grant(&machine.account_id, path)
            .await;
        if let Err(error) = granted {
            self.report.credentials = self.refused(&error);
        }
    }

    fn issued(&mut self) {
        self.report.credentials = Stage::done("Issued", self.secret_name());
    }

    fn secret_failed(&mut self, problem: &SecretProblem) {
        let reason = match problem {
            SecretProblem::Taken(_) => "SecretTaken",
            SecretProblem::Incomplete(..) => "SecretIncomplete",
            SecretProblem::Cluster(_) => {
                self.again = true;
                "ClusterUnavailable"
            }
        };
        self.report.credentials = Stage::failed(reason, problem.to_string());
    }
}

/// Name of the machine account: one for each resource, so that a district made anew has another one.
pub(super) fn machine_name(district: &District) -> String {
    let uid = district.metadata.uid.as_deref().unwrap_or_default();
    let short: String = uid.chars().take(8).collect();
    format!("District {} {short}", district.spec.code)
}

use kube::ResourceExt;

use super::Context;
use super::queues::queues_before;
use super::rules::{Rules, asks_for_workflows};
use crate::cluster::{Secrets, Tone, read_data};
use crate::crd::{CredentialsStatus, District, DistrictStatus};
use crate::domain::conditions::{NO_API, Report, Stage};
use crate::domain::divisions::{self, Data};
use crate::domain::plan::{Action, Observed, Place, RulesFound};
use crate::platform::PlatformError;

/// One look at one district: what was found, what was done, what is said of it.
pub(super) struct Work<'a> {
    pub(super) district: &'a District,
    pub(super) ctx: &'a Context,
    pub(super) secrets: Secrets<'a>,
    pub(super) status: DistrictStatus,
    pub(super) report: Report,
    /// Whether what failed may work out soon.
    pub(super) again: bool,
    pub(super) data: Option<Data>,
    pub(super) rules: Rules,
}

impl<'a> Work<'a> {
    pub(super) fn new(district: &'a District, ctx: &'a Context) -> Self {
        let status = district.status.clone().unwrap_or_default();
        let asked = |asked: bool| {
            if asked {
                Stage::waiting("等待登记 (waits for the registry)")
            } else {
                Stage::NotAsked
            }
        };
        let report = Report {
            registered: asked(true),
            divisions: asked(district.spec.divisions.is_some()),
            credentials: asked(true),
            administrators: asked(!district.spec.administrators.is_empty()),
            calendar: asked(district.spec.calendar.is_some()),
            workflows: asked(asks_for_workflows(&district.spec)),
            quotas: asked(district.spec.quotas.is_some()),
            queues: queues_before(district, ctx),
            hotline: Stage::NotAsked,
            counts: Stage::NotAsked,
        };
        Self {
            district,
            ctx,
            secrets: Secrets::of(&ctx.cluster, district),
            status,
            report,
            again: false,
            data: None,
            rules: Rules::default(),
        }
    }

    /// Looks at the platform and the cluster; nothing where the district cannot be worked on now.
    pub(super) async fn observe(&mut self, due: bool) -> Option<Observed> {
        if self.is_duplicate() {
            let message = "另一个 District 已使用此代码 (another District has this code)";
            self.report.registered = Stage::failed("DuplicateCode", message);
            return None;
        }
        let code = &self.district.spec.code;
        let place = match self.ctx.platform.places.place(code).await {
            Ok(place) => place,
            Err(error) => {
                self.report.registered = self.refused(&error);
                return None;
            }
        };
        self.found(&place);
        self.read_divisions().await;
        let machine = self.observe_machine().await?;
        let (rules, quotas) = if matches!(place, Place::Closed) {
            (RulesFound::default(), false)
        } else {
            (self.observe_rules().await, self.observe_quotas().await)
        };
        let before = self.status.divisions.as_ref();
        Some(Observed {
            place,
            data: self.data.as_ref().map(|data| data.digest.clone()),
            imported: before.map(|divisions| divisions.digest.clone()),
            machine,
            administrators: self.status.administrators.clone(),
            rules,
            quotas,
            due,
        })
    }

    pub(super) async fn perform(&mut self, action: &Action) {
        match action {
            Action::Register => self.register().await,
            Action::ImportDivisions => self.import_divisions().await,
            Action::IssueCredentials => self.issue_credentials(None).await,
            Action::RenewCredentials {
                client_id,
                account_id,
            } => self.issue_credentials(Some((client_id, account_id))).await,
            Action::GrantMachine => self.grant_machine().await,
            Action::GrantAdministrator { account_id } => self.grant(account_id).await,
            Action::RevokeAdministrator {
                account_id,
                grant_id,
            } => self.revoke(account_id, grant_id.as_deref()).await,
            Action::PublishCalendar => self.publish_calendar().await,
            Action::PublishWorkflow { name } => self.publish_workflow(name).await,
            Action::RestoreWorkflow { name } => self.restore_workflow(name).await,
            Action::SetQuotas => self.set_quotas().await,
            Action::DeclareQueues => self.declare_queues().await,
            Action::Count => self.count().await,
        }
    }

    /// Notes what the registry has.
    pub(super) fn found(&mut self, place: &Place) {
        if let Place::Open { path, .. } = place {
            self.status.path = Some(path.clone());
            self.report.registered = Stage::done("Registered", path.clone());
            self.settle();
        }
    }

    /// What asks for nothing more than the registry is done until something fails.
    fn settle(&mut self) {
        if let Some(divisions) = &self.status.divisions
            && self.district.spec.divisions.is_some()
        {
            self.report.divisions = super::places::imported(divisions, &self.status.conditions);
        }
        if !self.district.spec.administrators.is_empty() {
            self.report.administrators = Stage::done("Granted", "已授权 (granted)");
        }
    }

    /// Says that somebody withdrew the district, which the operator does not undo.
    pub(super) fn withdrawn(&mut self) {
        let message = "该区划在平台上已撤销，不会自动恢复 (withdrawn on the platform; it is not brought back)";
        self.report.registered = Stage::failed("Withdrawn", message);
    }

    /// Reads the text of the divisions.
    async fn read_divisions(&mut self) {
        let Some(source) = &self.district.spec.divisions else {
            self.status.divisions = None;
            return;
        };
        let namespace = self.district.namespace().unwrap_or_default();
        let hosts = &self.ctx.config.data_hosts;
        let text = match read_data(&self.ctx.cluster, &namespace, source, hosts).await {
            Ok(text) => text,
            Err(problem) => {
                self.again |= problem.is_passing();
                self.report.divisions = Stage::failed("DataMissing", problem.to_string());
                return;
            }
        };
        match divisions::read(&text, &self.district.spec.code) {
            Ok(data) => self.data = Some(data),
            Err(error) => {
                self.report.divisions = Stage::failed("DataUnreadable", error.to_string());
            }
        }
    }

    /// Checks the hotline's Secret; the platform has no API that takes it yet.
    pub(super) async fn check_hotline(&mut self) {
        let Some(hotline) = &self.district.spec.hotline else {
            return;
        };
        self.report.hotline = match self.secrets.check_hotline(hotline).await {
            Ok(()) => {
                let message =
                    "Secret 完整；平台尚无接口接入 (the Secret is complete; no API takes it yet)";
                Stage::failed(NO_API, message)
            }
            Err(problem) => {
                self.again |= matches!(problem, crate::cluster::SecretProblem::Cluster(_));
                Stage::failed("SecretIncomplete", problem.to_string())
            }
        };
    }

    /// What is said where the platform did not do it.
    pub(super) fn refused(&mut self, error: &PlatformError) -> Stage {
        self.again = true;
        Stage::failed(error.reason(), error.to_string())
    }

    pub(super) async fn tell(&self, tone: Tone, reason: &str, note: &str) {
        self.ctx.news.tell(self.district, tone, reason, note).await;
    }

    /// Name of the Secret with the machine account's secret.
    pub(super) fn secret_name(&self) -> String {
        let named = self.district.spec.credentials.secret_name.clone();
        named.unwrap_or_else(|| format!("{}-machine", self.district.name_any()))
    }

    pub(super) fn note_machine(&mut self, client_id: &str, account_id: &str) {
        self.status.credentials = Some(CredentialsStatus {
            client_id: client_id.to_owned(),
            account_id: account_id.to_owned(),
            secret_name: self.secret_name(),
        });
    }

    /// Whether an older resource has the same code.
    fn is_duplicate(&self) -> bool {
        let own = &self.district.metadata;
        let age = |district: &District| {
            let meta = &district.metadata;
            (meta.creation_timestamp.clone(), meta.uid.clone())
        };
        let others = self.ctx.districts.state();
        others.iter().any(|other| {
            other.metadata.uid != own.uid
                && other.spec.code == self.district.spec.code
                && age(other) < age(self.district)
        })
    }
}

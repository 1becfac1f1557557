//! Contacts that staff take in and look for.

use actix_web::{HttpResponse, get, post, web};
use auth::Ctx;
use chassis::http::{Page, PathId, Valid, created, ok, ok_with_etag};
use kernel::{AccountId, ContactId, OrgPath, ResidentIdNumber, Timestamp, Version};
use problem::{Failure, FieldError, Kind, Message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::register_contact::RegisterContact;
use crate::app::vault::ContactFacts;
use crate::app::{self, Identity};
use crate::domain::{Address, ContactField, ContactPhone, Details, PersonName};

/// 联系信息：姓名、电话、地址、身份证号至少填一项 (a contact; give at least one of its fields).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactBody {
    /// 所在范围：该范围的工作人员可申请查看 (place; who works there may ask for it).
    org_path: OrgPath,
    /// 是否要求保密：查看须经第二人同意 (a second person decides on each reveal).
    #[serde(default)]
    confidential: bool,
    /// 姓名 (name).
    name: Option<PersonName>,
    /// 电话 (phone).
    phone: Option<ContactPhone>,
    /// 地址 (address).
    address: Option<Address>,
    /// 公民身份号码 (resident id number).
    id_number: Option<ResidentIdNumber>,
}

impl From<ContactBody> for RegisterContact {
    fn from(body: ContactBody) -> Self {
        let (phone, id_number) = (body.phone.as_ref(), body.id_number.as_ref());
        Self {
            path: body.org_path,
            confidential: body.confidential,
            details: Details::new(body.name, phone, body.address, id_number),
        }
    }
}

/// 联系信息内容 (what a contact says).
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct DetailsView {
    /// 姓名 (name).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "王**")]
    name: Option<String>,
    /// 电话 (phone, E.164).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+86199****0000")]
    phone: Option<String>,
    /// 地址 (address).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "某某街*******")]
    address: Option<String>,
    /// 公民身份号码 (resident id number).
    #[serde(skip_serializing_if = "Option::is_none")]
    id_number: Option<String>,
}

impl From<&Details> for DetailsView {
    fn from(details: &Details) -> Self {
        let text = |field| details.get(field).map(str::to_owned);
        Self {
            name: text(ContactField::Name),
            phone: text(ContactField::Phone),
            address: text(ContactField::Address),
            id_number: text(ContactField::IdNumber),
        }
    }
}

/// 联系信息，默认脱敏 (a contact, masked unless said otherwise).
#[derive(Serialize, ToSchema)]
pub(crate) struct ContactView {
    /// 联系信息编号，可交给其他服务 (its id: all that other services get).
    pub(super) id: ContactId,
    /// 本人账号 (account of the person, if there is one).
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<AccountId>,
    /// 所在范围 (place).
    org_path: OrgPath,
    /// 是否要求保密 (a second person decides on each reveal).
    confidential: bool,
    /// 版本 (also the `ETag`).
    pub(super) version: Version,
    /// 登记时间 (when it was taken in).
    created_at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    details: DetailsView,
}

impl From<&ContactFacts> for ContactView {
    fn from(facts: &ContactFacts) -> Self {
        let contact = &facts.contact;
        Self {
            id: contact.id,
            owner: contact.owner,
            org_path: contact.path.clone(),
            confidential: contact.confidential,
            version: contact.version,
            created_at: contact.created_at,
            details: DetailsView::from(&facts.details),
        }
    }
}

/// 按电话或身份证号查找，须填且只填一项 (look for a phone or an id number; give exactly one).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FindContactsBody {
    /// 电话 (phone).
    phone: Option<ContactPhone>,
    /// 公民身份号码 (resident id number).
    id_number: Option<ResidentIdNumber>,
}

impl FindContactsBody {
    fn read(&self) -> Result<(ContactField, &str), Failure> {
        match (&self.phone, &self.id_number) {
            (Some(phone), None) => Ok((ContactField::Phone, phone.e164())),
            (None, Some(number)) => Ok((ContactField::IdNumber, number.reveal())),
            _ => {
                let detail = Message::new(
                    "电话和身份证号须填且只填一项",
                    "give either a phone or an id number",
                );
                let field = FieldError::new("/phone", detail.clone());
                Err(problem::quick_fields(
                    Kind::Invalid,
                    "invalid-input",
                    detail,
                    vec![field],
                ))
            }
        }
    }
}

/// 代为登记联系信息。
///
/// Keeps the contact of somebody who calls or comes by. Only its id leaves this service.
#[utoipa::path(
    operation_id = "register_contact", tag = "contacts",
    params(("Idempotency-Key" = Option<String>, Header, description = "重复请求只生效一次 / makes a repetition harmless")),
    request_body = ContactBody,
    responses((status = 201, description = "已登记，内容脱敏 / kept, shown masked", body = ContactView)),
    security(("bearer" = [])),
)]
#[post("/contacts")]
pub(crate) async fn register_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<ContactBody>,
) -> Result<HttpResponse, Failure> {
    let facts = app::register_contact::register_contact(&identity, &ctx, body.0.into()).await?;
    let view = ContactView::from(&facts);
    let location = format!("/api/identity/v1/contacts/{}", view.id);
    Ok(created(&location, view.version, &view))
}

/// 联系信息，脱敏。
///
/// Shows a contact, masked; the reading is logged.
#[utoipa::path(
    operation_id = "show_contact", tag = "contacts",
    params(("id" = ContactId, Path)),
    responses((status = 200, description = "联系信息 / the contact", body = ContactView)),
    security(("bearer" = [])),
)]
#[get("/contacts/{id}")]
pub(crate) async fn show_contact(
    identity: web::Data<Identity>,
    ctx: Ctx,
    id: PathId<ContactId>,
) -> Result<HttpResponse, Failure> {
    let facts = app::find_contacts::show_contact(&identity, &ctx, id.0).await?;
    let view = ContactView::from(&facts);
    Ok(ok_with_etag(view.version, &view))
}

/// 按电话或身份证号查找联系信息，脱敏。
///
/// Lists contacts with this phone or id number within the caller's reach, masked, newest first, 50 at
/// most. A request body, since addresses of requests are written to logs. The search is logged.
#[utoipa::path(
    operation_id = "find_contacts", tag = "contacts",
    request_body = FindContactsBody,
    responses((status = 200, description = "找到的联系信息 / what was found", body = Page<ContactView>)),
    security(("bearer" = [])),
)]
#[post("/contacts/searches")]
pub(crate) async fn find_contacts(
    identity: web::Data<Identity>,
    ctx: Ctx,
    body: Valid<FindContactsBody>,
) -> Result<HttpResponse, Failure> {
    let (field, value) = body.0.read()?;
    let found = app::find_contacts::find_contacts(&identity, &ctx, field, value).await?;
    Ok(ok(&page(&found)))
}

/// One page holds all.
pub(super) fn page(found: &[ContactFacts]) -> Page<ContactView> {
    Page {
        items: found.iter().map(ContactView::from).collect(),
        next: None,
    }
}

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use auth::{Grant, Jwk, KeyRing, Principal, TokenClaims, ed25519_jwk};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kernel::{
    AccountId, Clock, IdSource, IdSourceExt, OrgPath, Role, SystemClock, SystemIds, Timestamp,
    Version,
};

/// Signs tokens of made-up principals with a key of its own.
#[derive(Clone)]
pub struct Signer {
    key: EncodingKey,
    kid: String,
    ids: Arc<SystemIds>,
}

impl Signer {
    /// Makes a key and lets `keys` trust it.
    pub fn trusted_by(keys: &KeyRing) -> Self {
        let (signer, jwk, _) = Self::make();
        keys.insert(&jwk).expect("the key ring takes it");
        signer
    }

    /// Makes a key and puts it among those of an identity that has not started yet: it publishes the
    /// key, signs with it too, and everyone who asks it for keys trusts it.
    pub fn of_identity(folder: &Path) -> Self {
        let (signer, _, document) = Self::make();
        let mut private = DirBuilder::new();
        let made = private.recursive(true).mode(0o700).create(folder);
        made.expect("the folder is made");
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(format!("signing-{}.pk8", signer.kid)));
        let written = file.and_then(|mut file| file.write_all(&document));
        written.expect("the key is written");
        signer
    }

    fn make() -> (Self, Jwk, Vec<u8>) {
        let document = Ed25519KeyPair::generate_pkcs8v1(&aws_lc_rs::rand::SystemRandom::new())
            .expect("a key is made");
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).expect("the key reads");
        let jwk = ed25519_jwk(pair.public_key().as_ref()).expect("the key is Ed25519");
        let kid = jwk.common.key_id.clone().expect("a thumbprint was set");
        let signer = Self {
            key: EncodingKey::from_ed_der(document.as_ref()),
            kid,
            ids: Arc::new(SystemIds::default()),
        };
        (signer, jwk, document.as_ref().to_vec())
    }

    /// Makes an account that holds `grants`, each a role and a path.
    pub fn account(&self, grants: &[(Role, &str)]) -> (AccountId, String) {
        let principal = self.principal(grants);
        (principal.account, self.token(principal))
    }

    /// The same for tests that turn the clock: the token is valid from one instant to the other.
    pub fn account_within(
        &self,
        grants: &[(Role, &str)],
        (from, until): (Timestamp, Timestamp),
    ) -> (AccountId, String) {
        let principal = self.principal(grants);
        (principal.account, self.sign(principal, from, until))
    }

    fn principal(&self, grants: &[(Role, &str)]) -> Principal {
        let ids: &dyn IdSource = self.ids.as_ref();
        let account: AccountId = ids.next();
        let grants = grants.iter().map(|(role, path)| {
            let path: OrgPath = path.parse().expect("a path of the test");
            Grant::new(*role, path)
        });
        Principal {
            account,
            session: ids.next(),
            grants: grants.collect(),
        }
    }

    /// Signs a token for `principal`, valid for ten minutes of real time.
    pub fn token(&self, principal: Principal) -> String {
        let now = SystemClock.now();
        self.sign(principal, now, now.plus(Duration::from_mins(10)))
    }

    fn sign(&self, principal: Principal, from: Timestamp, until: Timestamp) -> String {
        let claims = TokenClaims::new(principal, from, until).of_version(Version::FIRST);
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, &claims, &self.key).expect("claims sign")
    }
}

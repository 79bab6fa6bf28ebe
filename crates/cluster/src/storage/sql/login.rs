//! Proves to a server who we are: a password, MD5 or SCRAM-SHA-256 (RFC 5802, RFC 7677).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac as _};
use md5::Md5;
use sha2::{Digest as _, Sha256};

/// So many rounds are asked for at the most: a server must not keep us busy for ever.
const MAX_ROUNDS: u32 = 10_000_000;

/// `md5` and the sum over the sum of password and name, and the server's salt.
pub(super) fn md5_password(user: &str, password: &str, salt: &[u8]) -> String {
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let inner = hex(&Md5::new_with_prefix(password).chain_update(user).finalize());
    format!("md5{}", hex(&Md5::new_with_prefix(inner).chain_update(salt).finalize()))
}

/// A conversation by SCRAM-SHA-256.
pub(super) struct Scram {
    password: String,
    nonce: String,
    /// What the server must prove that it knows, once it is known.
    proof: Vec<u8>,
}

impl Scram {
    /// Begins with a nonce.
    pub(super) fn new(password: &str, random: [u8; 18]) -> Scram {
        Scram { password: password.to_owned(), nonce: STANDARD.encode(random), proof: Vec::new() }
    }

    /// The first message; the name is that of the connection.
    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.first_bare())
    }

    fn first_bare(&self) -> String {
        format!("n=,r={}", self.nonce)
    }

    /// The answer to the server's challenge.
    pub(super) fn answer(&mut self, challenge: &str) -> Result<String, &'static str> {
        let field = |name: &str| challenge.split(',').find_map(|field| field.strip_prefix(name));
        let nonce = field("r=").filter(|nonce| nonce.starts_with(&self.nonce) && nonce.len() > self.nonce.len());
        let nonce = nonce.ok_or("server sent an invalid SCRAM-SHA-256 nonce")?;
        let salt = field("s=").and_then(|salt| STANDARD.decode(salt).ok()).ok_or("cannot decode SCRAM-SHA-256 salt")?;
        let rounds = field("i=").and_then(|count| count.parse::<u32>().ok());
        let rounds = rounds.filter(|count| (1..=MAX_ROUNDS).contains(count));
        let rounds = rounds.ok_or("server sent an invalid SCRAM-SHA-256 iteration count")?;
        let salted = salted(self.password.as_bytes(), &salt, rounds);
        let client_key = mac(&salted, b"Client Key");
        let stored = Sha256::digest(&client_key);
        let last = format!("c=biws,r={nonce}");
        let all = format!("{},{challenge},{last}", self.first_bare());
        let signature = mac(&stored, all.as_bytes());
        let proof: Vec<u8> = client_key.iter().zip(signature).map(|(key, signature)| key ^ signature).collect();
        self.proof = mac(&mac(&salted, b"Server Key"), all.as_bytes());
        Ok(format!("{last},p={}", STANDARD.encode(proof)))
    }

    /// Whether the server has proven that it knows the password too.
    pub(super) fn verify(&self, last: &str) -> Result<(), &'static str> {
        let signature = last.strip_prefix("v=").and_then(|text| STANDARD.decode(text.trim_end_matches('\0')).ok());
        match signature {
            Some(signature) if !self.proof.is_empty() && signature == self.proof => Ok(()),
            _ => Err("cannot authenticate SCRAM-SHA-256 server signature"),
        }
    }
}

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // A key of any length will do.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(message).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// PBKDF2 with one block.
fn salted(password: &[u8], salt: &[u8], rounds: u32) -> Vec<u8> {
    let mut block = mac(password, &[salt, &[0, 0, 0, 1]].concat());
    let mut sum = block.clone();
    for _ in 1..rounds {
        block = mac(password, &block);
        sum.iter_mut().zip(&block).for_each(|(sum, byte)| *sum ^= byte);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{Scram, md5_password};

    #[test]
    fn md5_is_postgresqls() {
        // SELECT 'md5' || md5(md5('secret' || 'u') || 'abcd')
        assert_eq!(md5_password("u", "secret", b"abcd").len(), 35);
        assert!(md5_password("u", "secret", b"abcd").starts_with("md5"));
    }

    /// The example of RFC 7677, whose client has a name.
    #[test]
    fn scram_answers_as_the_standard_says() {
        let mut scram = Scram::new("pencil", [0; 18]);
        scram.nonce = "rOprNGfwEbeRWgbNEkqO".into();
        assert_eq!(scram.first(), "n,,n=,r=rOprNGfwEbeRWgbNEkqO");
        let challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let answer = scram.answer(challenge).unwrap();
        assert!(answer.starts_with("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p="));
        assert!(scram.verify("v=AAAA").is_err());
        assert!(scram.answer("r=other,s=AAAA,i=1").is_err());
        assert!(scram.answer("r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=999999999").is_err());
    }
}

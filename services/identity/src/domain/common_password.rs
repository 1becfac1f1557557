//! What everybody tries first: a password is read as words, runs, years and repetitions, and counted by how
//! many of them it takes.
//!
//! It stands for a list of passwords that were found in the open, and is none: those lists are made of a few
//! hundred words, keyboard runs, names and dates, put together. What can be put together from few of them is
//! refused, whether it was ever found or not. A password of another kind that was stolen elsewhere is not
//! known here.

/// Fewest parts that a chosen password is made of.
pub(crate) const MIN_GUESSES: usize = 6;

/// Rows of a keyboard, and the alphabet: three neighbours in either direction are a run.
const ROWS: [&str; 6] = [
    "1234567890",
    "!@#$%^&*()",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
];

/// Columns of a keyboard, read down.
const COLUMNS: [&str; 10] = [
    "1qaz", "2wsx", "3edc", "4rfv", "5tgb", "6yhn", "7ujm", "8ik", "9ol", "0p",
];

/// Words that passwords are made of.
const ENGLISH: [&str; 72] = [
    "abc",
    "access",
    "admin",
    "administrator",
    "angel",
    "apple",
    "baby",
    "baseball",
    "batman",
    "change",
    "changeme",
    "charlie",
    "china",
    "community",
    "computer",
    "default",
    "demo",
    "district",
    "dragon",
    "family",
    "flower",
    "football",
    "forever",
    "freedom",
    "friend",
    "google",
    "guest",
    "happy",
    "hello",
    "home",
    "huawei",
    "hunter",
    "iloveyou",
    "internet",
    "jesus",
    "killer",
    "letmein",
    "linux",
    "login",
    "love",
    "lucky",
    "manager",
    "master",
    "michael",
    "money",
    "monkey",
    "mother",
    "office",
    "oracle",
    "pass",
    "passwd",
    "password",
    "police",
    "princess",
    "public",
    "qwe",
    "root",
    "secret",
    "server",
    "shadow",
    "sunshine",
    "super",
    "superman",
    "system",
    "temp",
    "test",
    "user",
    "welcome",
    "windows",
    "work",
    "world",
    "you",
];

/// Words in pinyin: what people say, where they live, what they work at.
const PINYIN: [&str; 64] = [
    "aini",
    "baobao",
    "baobei",
    "beijing",
    "chengdu",
    "chongqing",
    "dangyuan",
    "ditu",
    "fuwu",
    "gege",
    "guangzhou",
    "guanliyuan",
    "hangzhou",
    "hanyang",
    "hankou",
    "hubei",
    "jiangan",
    "jianghan",
    "jiayou",
    "jiedao",
    "jiejie",
    "juweihui",
    "laogong",
    "laopo",
    "laoshi",
    "linli",
    "meimei",
    "mima",
    "minzheng",
    "nanjing",
    "nihao",
    "nimen",
    "qiaokou",
    "qingshan",
    "quanjia",
    "renmin",
    "shanghai",
    "shequ",
    "shenzhen",
    "shiwan",
    "suzhou",
    "tianjin",
    "tongzhi",
    "wangge",
    "wangluo",
    "wode",
    "woaini",
    "women",
    "wuchang",
    "wuhan",
    "xiaoqu",
    "xiexie",
    "xingfu",
    "xinxi",
    "yonghu",
    "zhanghao",
    "zhengfu",
    "zhiyuan",
    "zhongguo",
    "zhonghua",
    "zhuanyong",
    "zuguo",
    "zhuren",
    "shuji",
];

/// Family names and what given names are made of.
const NAMES: [&str; 56] = [
    "chen", "cheng", "deng", "fang", "feng", "gang", "guo", "hai", "han", "hong", "hua", "huang",
    "hui", "jian", "jiang", "jie", "jing", "jun", "lei", "li", "liang", "lin", "ling", "liu",
    "long", "luo", "mei", "min", "ming", "na", "ning", "peng", "ping", "qiang", "qing", "song",
    "sun", "tang", "tao", "wang", "wei", "xia", "xiao", "xie", "xu", "yan", "yang", "ying", "yong",
    "yu", "yuan", "zhang", "zhao", "zheng", "zhou", "zhu",
];

/// Numbers that mean something.
const NUMBERS: [&str; 12] = [
    "110", "119", "120", "12345", "1314", "147", "258", "369", "5201314", "520", "521", "789",
];

/// Counts the parts that a text can be read as: the fewest.
pub(crate) fn guesses(text: &str) -> usize {
    let plain: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let spelt: Vec<char> = plain.iter().copied().map(unmasked).collect();
    // fewest parts of the text up to each place; one character is a part of its own at worst
    let mut fewest: Vec<usize> = (0..=plain.len()).collect();
    for from in 0..plain.len() {
        let here = fewest.get(from).copied().unwrap_or(from) + 1;
        let (plain, spelt) = (Place(&plain, from), Place(&spelt, from));
        let mut lengths = plain.words();
        lengths.extend(spelt.words());
        lengths.push(plain.number());
        // a run and a repetition may end anywhere before their end
        lengths.extend(1..=plain.run().max(plain.repetition()).max(1));
        for length in lengths.into_iter().filter(|length| *length > 0) {
            if let Some(known) = fewest.get_mut(from + length) {
                *known = here.min(*known);
            }
        }
    }
    fewest.last().copied().unwrap_or(0)
}

/// Letters as they are meant where a digit or sign stands for them.
fn unmasked(letter: char) -> char {
    match letter {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// A place in a text: what begins there. A length of none is 0.
struct Place<'a>(&'a [char], usize);

impl Place<'_> {
    fn rest(&self) -> &[char] {
        self.0.get(self.1..).unwrap_or_default()
    }

    fn at(&self, offset: usize) -> Option<char> {
        self.0.get(self.1 + offset).copied()
    }

    /// Words of the lists.
    fn words(&self) -> Vec<usize> {
        let lists = [&ENGLISH[..], &PINYIN, &NAMES, &NUMBERS, &COLUMNS];
        let words = lists.into_iter().flatten();
        let rest = self.rest();
        words
            .filter(|word| rest.len() >= word.len())
            .filter(|word| word.chars().eq(rest.iter().copied().take(word.len())))
            .map(|word| word.len())
            .collect()
    }

    /// Neighbours on a keyboard or in the alphabet, three at least.
    fn run(&self) -> usize {
        let mut longest = 0;
        for row in ROWS {
            for backwards in [false, true] {
                let line: Vec<char> = if backwards {
                    row.chars().rev().collect()
                } else {
                    row.chars().collect()
                };
                let begin = line.iter().position(|key| Some(*key) == self.at(0));
                let keys = line.get(begin.unwrap_or(line.len())..).unwrap_or_default();
                let pairs = keys.iter().zip(self.rest());
                longest = longest.max(pairs.take_while(|(key, letter)| key == letter).count());
            }
        }
        if longest >= 3 { longest } else { 0 }
    }

    /// A year, a date, or the number of a telephone.
    fn number(&self) -> usize {
        let digits = self
            .rest()
            .iter()
            .take_while(|digit| digit.is_ascii_digit());
        let digits: String = digits.take(11).collect();
        let value = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
        let is_day = |month, day| matches!(month, Some(1..=12)) && matches!(day, Some(1..=31));
        let is_year = matches!(value(0, 4), Some(1930..=2039));
        if digits.len() == 11 && matches!(value(0, 2), Some(13..=19)) {
            11
        } else if is_year && is_day(value(4, 6), value(6, 8)) {
            8
        } else if is_day(value(2, 4), value(4, 6)) {
            6
        } else if is_year || is_day(value(0, 2), value(2, 4)) {
            4
        } else {
            0
        }
    }

    /// What stood before in the same text, three characters at least; or one character again and again.
    fn repetition(&self) -> usize {
        let again = |back: usize| {
            let earlier = self
                .0
                .get(self.1.saturating_sub(back)..)
                .unwrap_or_default();
            let pairs = earlier.iter().zip(self.rest());
            pairs.take_while(|(before, now)| before == now).count()
        };
        let longest = (1..=self.1).map(again).max().unwrap_or(0);
        if longest >= 2 { longest } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{MIN_GUESSES, guesses};

    #[test]
    fn what_everybody_tries_is_made_of_few_parts() {
        for common in [
            "password123456",
            "P@ssw0rd2026!",
            "Admin@2026!!!!",
            "qwertyuiop123",
            "1qaz2wsx3edc4rfv",
            "woaini1314520",
            "zhangwei19900101",
            "Wuhan@20260101",
            "iloveyou5201314",
            "mima@123456!!",
            "abcabcabcabc",
            "Zk3!Zk3!Zk3!",
            "13800138000abc",
            "linli-shequ-2026",
            "987654321qwerty",
            "!@#$%^&*()123",
        ] {
            let count = guesses(common);
            assert!(count < MIN_GUESSES, "{common} is made of {count}");
        }
    }

    #[test]
    fn what_nobody_tries_is_left_alone() {
        for good in [
            "correct horse battery",
            "another horse staple",
            "made-up-for-test-0-quartz",
            "江汉朝宗两江四岸龟蛇锁江",
            "tPq7-xW2m-Rk9v",
            "three blue bicycles by the river",
            "wo jintian chi le re gan mian",
        ] {
            let count = guesses(good);
            assert!(count >= MIN_GUESSES, "{good} is made of {count}");
        }
    }

    #[test]
    fn any_text_is_counted() {
        assert_eq!(guesses(""), 0);
        assert_eq!(guesses("é"), 1);
        assert_eq!(guesses(&"a".repeat(128)), 2);
    }
}

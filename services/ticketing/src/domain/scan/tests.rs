use super::{Finding, FindingKind, hidden, scan};

fn kinds(text: &str) -> Vec<FindingKind> {
    scan("/summary", text)
        .into_iter()
        .map(|finding| finding.kind)
        .collect()
}

/// The found texts of one kind.
fn found(kind: FindingKind, text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    let findings = scan("/summary", text);
    let of_kind = findings.iter().filter(|finding| finding.kind == kind);
    of_kind
        .map(|finding| {
            letters
                .get(finding.start..finding.end)
                .unwrap_or_default()
                .iter()
                .collect()
        })
        .collect()
}

#[test]
fn an_ordinary_report_of_a_result_is_clean() {
    let texts = [
        "小区东门路灯已于11月22日修复，共更换灯具12盏，夜间照明恢复正常。感谢社区党员和志愿者的支持！",
        "经现场核查，污水管网堵塞已疏通，施工单位将于下周完成路面恢复。如有问题可拨打12345热线。",
        "安全隐患已消除，物业管理方面安排专人巡查，周边居民表示满意，评分4.67分。",
        "关于文明养犬问题，社区联合城管开展整治，高峰时段加强管理，成立文明劝导队。",
        "由于方案调整，时间由9:00-11:00改为14:00-17:00，费用共计1300元，惠及300户居民。",
        "江欣苑社区完成12栋楼加装电梯，涉及36个单元，新增车位450个。",
        "高中老师和小学老师共同参加，班主任老师组织，语文老师、历史老师主讲。",
        "项目经理、施工队长、常务副主任、车间主任、党支部书记和居委会主任到场。",
        "工单编号WD20261122-7K2MQ9XR，2026-11-22办结，历时3天，投入资金2026元。",
        "实验室、会议室、2室1厅、第三单元考试、5号线地铁、8路公交、解放路18号公园。",
        "温馨提示：严禁高空抛物，易燃物品请勿堆放。金秋时节，黄金周期间游客增多。",
        "李某反映的问题已解决，王某某表示认可。",
    ];
    for text in texts {
        assert_eq!(scan("/summary", text), Vec::<Finding>::new(), "{text}");
    }
}

#[test]
fn mobile_numbers_are_found_in_every_spelling() {
    for text in [
        "请联系13900001234处理",
        "请联系139 0000 1234处理",
        "请联系139-0000-1234处理",
        "请联系+86 13900001234处理",
        "请联系１３９００００１２３４处理",
        "请联系139－0000－1234处理",
        "请联系1 3 9 0 0 0 0 1 2 3 4处理",
        "请联系一三九零零零零一二三四处理",
        "请联系139.0000.1234处理",
    ] {
        assert_eq!(kinds(text), [FindingKind::Phone], "{text}");
    }
}

#[test]
fn offsets_count_characters_of_the_text() {
    let findings = scan("/title", "请打１３９００００１２３４找我");
    assert_eq!(
        findings,
        [Finding {
            kind: FindingKind::Phone,
            start: 2,
            end: 13,
            pointer: "/title".to_owned()
        }]
    );
}

#[test]
fn landlines_are_found_with_an_area_code_or_an_announcement() {
    for text in [
        "027-80001234",
        "(027)8000 1234",
        "（0746）8000123",
        "电话：80001234",
        "座机是 8000-123",
    ] {
        assert_eq!(kinds(text), [FindingKind::Phone], "{text}");
    }
    for text in [
        "编号80001234",
        "热线12345",
        "客服4008001234",
        "139000012345678901",
        "共投入80001234元",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn id_numbers_are_found_by_their_check_character_or_their_announcement() {
    // region 990101 does not exist
    assert_eq!(kinds("证号990101199001010019。"), [FindingKind::ResidentId]);
    assert_eq!(
        kinds("证号990101 19900101 0019。"),
        [FindingKind::ResidentId]
    );
    assert_eq!(
        kinds("证号99010119900101006Ｘ。"),
        [FindingKind::ResidentId]
    );
    assert_eq!(
        kinds("身份证号：990101199001010010"),
        [FindingKind::ResidentId]
    );
    assert_eq!(kinds("流水号990101199001010010"), []);
    assert_eq!(kinds("老证420105900101001"), [FindingKind::ResidentId]);
    assert_eq!(kinds("流水420105901301001"), []);
}

#[test]
fn rooms_are_found_in_every_spelling() {
    for text in [
        "3栋2单元501室",
        "３栋２单元５０１室",
        "三栋二单元501",
        "住1203室",
        "住3-2-501",
        "在5号楼漏水",
        "B3栋1202",
        "A座1502",
        "二单元门口",
        "2单元3楼",
        "某某花园12栋",
        "住5-1203户",
    ] {
        assert!(
            kinds(text).iter().all(|kind| *kind == FindingKind::Room) && !kinds(text).is_empty(),
            "{text}: {:?}",
            kinds(text)
        );
    }
    assert_eq!(
        found(FindingKind::Room, "家住3栋2单元501室，"),
        ["3栋2单元501室"]
    );
}

#[test]
fn counts_and_dates_are_no_rooms() {
    for text in [
        "拆除3栋违建",
        "300户居民",
        "11-22-2026",
        "2026-11-22",
        "1203房屋",
        "两栋楼",
        "第二单元",
        "1-2-3",
        "1500房产",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn plates_are_found() {
    for text in [
        "鄂A12345占道",
        "鄂A·D12345占道",
        "鄂a 9f8g7占道",
        "京AF0236",
    ] {
        assert_eq!(kinds(text), [FindingKind::Plate], "{text}");
    }
    for text in ["湖北鄂州", "云南KTV", "新ABCDEFG", "苏A区"] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn email_addresses_are_found() {
    assert_eq!(
        kinds("来信resident.one@example.org即可"),
        [FindingKind::Email]
    );
    assert_eq!(
        kinds("来信resident＠example．org即可"),
        [FindingKind::Email]
    );
    assert_eq!(kinds("@所有人"), []);
}

#[test]
fn names_are_found_by_their_context() {
    for (text, name) in [
        ("姓名：赵晓宇", "赵晓宇"),
        ("联系人：欧阳雪梅，", "欧阳雪梅"),
        ("我叫李雪。", "李雪"),
        ("感谢王女士的反映", "王"),
        ("请找刘师傅维修", "刘"),
        ("业主陈丽说", "陈丽"),
        ("志愿者周建华、", "周建华"),
        ("网格员孙志强，", "孙志强"),
        ("李晓明老师组织", "李晓明"),
        ("张建国在现场", "张建国"),
    ] {
        let names = found(FindingKind::Name, text);
        assert_eq!(names.first().map(String::as_str), Some(name), "{text}");
    }
}

#[test]
fn findings_explain_themselves_in_both_languages() {
    let findings = scan("/summary", "请打13900001234");
    let reason = findings.first().map(Finding::reason).unwrap_or_default();
    assert_eq!(reason.zh, "第 3 至 13 字疑似电话号码");
    assert_eq!(reason.en, "characters 3 to 13 look like a phone number");
}

#[test]
fn odd_texts_are_scanned_without_harm() {
    for text in ["", "1", "王", "-", "\u{200B}", "姓名：", "@", "1单元", "０"] {
        let _ = scan("/summary", text);
    }
    assert!(scan("/summary", &"王1".repeat(2_000)).is_empty());
}

#[test]
fn what_is_found_is_hidden_and_nothing_else() {
    let text = "我住3栋2单元501室，电话19900000001，油烟直排。";
    let shown = hidden(text);
    assert!(scan("", &shown).is_empty(), "{shown}");
    assert!(
        shown.starts_with("我住") && shown.ends_with("油烟直排。"),
        "{shown}"
    );
    assert_eq!(hidden("路灯不亮"), "路灯不亮");
    assert_eq!(hidden(""), "");
}

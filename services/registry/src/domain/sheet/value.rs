use kernel::Named;
use problem::Message;
pub(crate) use tables::sheet::{CellError, Cells, count};

/// Finds what a name or a title stands for.
pub(super) fn one_of<T: Named>(text: &str, title: fn(T) -> &'static str) -> Result<T, Message> {
    // a title may name several: 街道、乡镇
    let titled = |value: &T| {
        let title = title(*value);
        title == text || title.split('、').any(|part| part == text)
    };
    T::from_name(text)
        .or_else(|| T::ALL.iter().copied().find(titled))
        .ok_or_else(|| Message::new(format!("没有“{text}”这一项"), format!("there is no {text}")))
}

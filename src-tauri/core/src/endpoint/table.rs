//! A JSON answer as a table. The admin API's list bodies are documented as "any" (contract 4.2), so any shape
//! that holds one list of objects will do.

use serde_json::{Map, Value};

use crate::contract::TableView;

/// More rows than this are counted, not sent to the page.
const ROWS: usize = 1_000;
/// More columns than this are left out.
const COLUMNS: usize = 40;
/// A longer cell is cut.
const CELL: usize = 2_000;

/// The body as a table, where it is a list of objects or an object that holds exactly one such list.
#[must_use]
pub fn read(body: &str) -> Option<TableView> {
    let value: Value = serde_json::from_str(body).ok()?;
    let (list, around) = match &value {
        Value::Array(list) => (list, Vec::new()),
        Value::Object(members) => {
            let mut lists = members.values().filter_map(Value::as_array).filter(|list| is_of_objects(list));
            let list = lists.next()?;
            if lists.next().is_some() {
                return None;
            }
            let around = members
                .iter()
                .filter(|(_, value)| !value.is_array() && !value.is_object())
                .map(|(name, value)| format!("{name}: {}", cell(value)));
            (list, around.collect())
        }
        _ => return None,
    };
    if !is_of_objects(list) {
        return None;
    }
    let rows: Vec<&Map<String, Value>> = list.iter().filter_map(Value::as_object).take(ROWS).collect();
    let mut columns: Vec<String> = Vec::new();
    for name in rows.iter().flat_map(|row| row.keys()) {
        if columns.len() < COLUMNS && !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let rows = rows
        .iter()
        .map(|row| columns.iter().map(|name| row.get(name).map(cell).unwrap_or_default()).collect());
    Some(TableView {
        rows: rows.collect(),
        total: u32::try_from(list.len()).unwrap_or(u32::MAX),
        columns,
        around,
    })
}

/// An empty list is a table too: one without rows.
fn is_of_objects(list: &[Value]) -> bool {
    list.iter().all(Value::is_object)
}

fn cell(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => "null".to_owned(),
        other => other.to_string(),
    };
    if text.chars().count() > CELL {
        return text.chars().take(CELL).chain(['…']).collect();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    type Columns = Vec<String>;
    type Rows = Vec<Vec<String>>;

    fn table(body: &str) -> Option<(Columns, Rows, Vec<String>)> {
        read(body).map(|table| (table.columns, table.rows, table.around))
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn lists_of_every_shape() {
        let rows = vec![owned(&["1", "a", ""]), owned(&["2", "", "{\"x\":[]}"])];
        let columns = owned(&["id", "name", "more"]);
        let list = r#"[{"id": 1, "name": "a"}, {"id": 2, "more": {"x": []}}]"#;
        assert_eq!(table(list), Some((columns.clone(), rows.clone(), vec![])));
        for name in ["items", "data", "results", "anything"] {
            let body = format!(r#"{{"total": 2, "{name}": {list}, "page": 1}}"#);
            let (found, cells, mut around) = table(&body).unwrap();
            around.sort();
            assert_eq!(
                (found, cells, around),
                (columns.clone(), rows.clone(), owned(&["page: 1", "total: 2"]))
            );
        }
        assert_eq!(table("[]"), Some((vec![], vec![], vec![])));
        assert_eq!(table(r#"{"items": []}"#), Some((vec![], vec![], vec![])));
    }

    #[test]
    fn what_is_no_list_of_objects_is_no_table() {
        for body in [
            "",
            "null",
            "{}",
            "[1, 2]",
            r#"{"a": "b"}"#,
            r#"[{"a": 1}, 2]"#,
            r#"{"a": [{}], "b": [{}]}"#,
            "<html>",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn a_huge_list_is_cut_and_counted() {
        let body = format!("[{}]", vec![r#"{"a":1}"#; 5_000].join(","));
        let table = read(&body).unwrap();
        assert_eq!((table.rows.len(), table.total), (1_000, 5_000));
        let wide: Map<String, Value> = (0..100).map(|n| (format!("c{n}"), Value::from(n))).collect();
        assert_eq!(read(&Value::from(vec![Value::from(wide)]).to_string()).unwrap().columns.len(), 40);
        let long = format!(r#"[{{"a":"{}"}}]"#, "x".repeat(9_000));
        assert_eq!(read(&long).unwrap().rows[0][0].chars().count(), 2_001);
    }
}

//! Indicators: each import takes the place of what its source held.

use crate::sample::*;
use hinomi::model::{Indicator, IndicatorKind};
use hinomi::store::Store;

fn host(name: &str) -> Indicator {
    let (kind, value, note) = (IndicatorKind::Host, name.to_owned(), "kit".to_owned());
    Indicator { kind, value, since: at(1), until: Some(at(9_000)), note }
}

pub(crate) async fn an_import_replaces_its_source_alone(place: impl Place) {
    let store = place.open();
    assert_eq!(store.indicators().await.unwrap(), []);
    store.put_indicators("feed".to_owned(), vec![host("a.example"), host("b.example")], at(5)).await.unwrap();
    store.put_indicators("other".to_owned(), vec![host("a.example")], at(6)).await.unwrap();
    store.put_indicators("feed".to_owned(), vec![host("c.example")], at(7)).await.unwrap();
    let sources = store.indicator_sources().await.unwrap();
    let told: Vec<_> = sources.iter().map(|source| (source.name.as_str(), source.count, source.imported)).collect();
    assert_eq!(told, [("feed", 1, at(7)), ("other", 1, at(6))]);
    let all = store.indicators().await.unwrap();
    assert_eq!(all, [(sources[0].clone(), vec![host("c.example")]), (sources[1].clone(), vec![host("a.example")])]);
    assert!(store.remove_indicators("feed".to_owned()).await.unwrap());
    assert!(!store.remove_indicators("feed".to_owned()).await.unwrap());
    drop(store);
    assert_eq!(place.open().indicators().await.unwrap().len(), 1, "they outlive the process");
}

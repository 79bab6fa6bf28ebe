//! `helm search hub`. Helm: pkg/cmd/search_hub.go.

use source::HubChart;
use value::quote::quote;

use super::form::{Cell, OutputForm, write_rows};
use crate::{Error, ErrorKind, Event, Level, LogLine, Observer, Table};

/// What `search hub` needs.
#[derive(Clone, Debug, Default)]
pub struct SearchHubOptions {
    /// The words to search for.
    pub words: Vec<String>,
    /// `--endpoint`
    pub endpoint: String,
    /// `--max-col-width`
    pub max_column_width: usize,
    /// `--list-repo-url`
    pub list_repository_url: bool,
    /// `--fail-on-no-result`
    pub fail_on_no_result: bool,
    /// `--output`
    pub form: OutputForm,
}

/// Prints the charts that a hub has found.
pub fn search_hub(options: &SearchHubOptions, observer: &mut dyn Observer) -> Result<(), Error> {
    let endpoint = &options.endpoint;
    let shown = quote(endpoint.as_bytes());
    let found = source::search_hub(endpoint, &options.words.join(" ")).map_err(|error| {
        Error::from(error).map_message(|text| format!("unable to create connection to {shown}: {text}"))
    })?;
    let found = found.map_err(|error| {
        let line = LogLine::new(Level::Debug, "search failed").with("error", error.to_string());
        observer.event(Event::Log(line));
        Error::new(ErrorKind::Source, format!("unable to perform search against {shown}")).hinted(error.to_string())
    })?;
    if found.is_empty() && options.fail_on_no_result {
        return Err(Error::new(ErrorKind::Source, "no results found"));
    }
    if options.form != OutputForm::Table {
        let rows: Vec<_> = found.iter().map(|chart| row(chart, endpoint)).collect();
        observer.event(Event::Output(&write_rows(&rows, options.form)?));
        return Ok(());
    }
    if found.is_empty() {
        observer.event(Event::Output(b"No results found\n"));
        return Ok(());
    }
    let mut table = Table::new(options.max_column_width);
    let shown = if options.list_repository_url { 5 } else { 4 };
    table.row(["URL", "CHART VERSION", "APP VERSION", "DESCRIPTION", "REPO URL"].into_iter().take(shown));
    for chart in &found {
        let url = page(chart, endpoint);
        let cells = [url.as_str(), &chart.version, &chart.app_version, &chart.description, &chart.repository_url];
        table.row(cells.into_iter().take(shown));
    }
    observer.event(Event::Output(format!("{}\n", table.text()).as_bytes()));
    Ok(())
}

/// Where a chart can be looked at.
fn page(chart: &HubChart, endpoint: &str) -> String {
    if chart.package_url.is_empty() { format!("{endpoint}/charts/{}", chart.id) } else { chart.package_url.clone() }
}

fn row(chart: &HubChart, endpoint: &str) -> super::form::Row {
    let repository = vec![("url", Cell::text(&chart.repository_url)), ("name", Cell::text(&chart.repository_name))];
    vec![
        ("url", Cell::Text(page(chart, endpoint))),
        ("version", Cell::text(&chart.version)),
        ("app_version", Cell::text(&chart.app_version)),
        ("description", Cell::text(&chart.description)),
        ("repository", Cell::Row(repository)),
    ]
}

//! Loads a chart.

//! Whole flows against authorization servers that others wrote.

mod both;
mod desk;
mod servers;

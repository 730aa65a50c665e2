//! cJSON 1.7.15, the JSON library whose items appear in the SDK's own interface.

pub mod cJSON;

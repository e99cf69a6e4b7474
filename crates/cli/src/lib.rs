//! The pythonbpf command

//! Python source to a small tree of what a BPF program may say

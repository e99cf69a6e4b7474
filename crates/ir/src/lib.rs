//! The typed program: types with regions and nullability

//! Removes the messages of panics from a Wasm.
//!
//! Nobody sees them: the standard library writes a message to standard error, which Wasm in a Worker or a browser does not have, and
//! then traps. So whatever starts a panic traps at once. What formats messages then has no caller, and wasm-opt removes it: of the
//! Worker, 5 KB gzipped. The checks that lead to a panic stay.

use std::path::Path;

use anyhow::Result;
use walrus::{FunctionBuilder, FunctionKind, Module};

/// The functions that start a panic, by how their names begin. None of them returns.
const STARTS: [&str; 10] = [
    "__rustc::rust_begin_unwind",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already_",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::index::slice_index_fail",
];

/// Makes each function of a Wasm that starts a panic trap instead.
pub(crate) fn silence(wasm: &Path) -> Result<()> {
    let mut module = Module::from_file(wasm)?;
    silence_in(&mut module);
    module.emit_wasm_file(wasm)
}

fn silence_in(module: &mut Module) {
    let found = module.funcs.iter().filter(|function| function.name.as_deref().is_some_and(starts_panic));
    let found: Vec<_> = found.map(|function| (function.id(), function.ty())).collect();
    for (id, ty) in found {
        let (params, results) = module.types.params_results(ty);
        let (params, results) = (params.to_vec(), results.to_vec());
        let mut trap = FunctionBuilder::new(&mut module.types, &params, &results);
        trap.func_body().unreachable();
        let args = params.iter().map(|param| module.locals.add(*param)).collect();
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap.local_func(args));
    }
}

/// Whether a function starts a panic. Its name may have hashes of crates in it, as in `core[c5930c85a12de822]::panicking::panic`.
fn starts_panic(name: &str) -> bool {
    let parts = name.split('[').map(|part| part.split_once(']').map_or(part, |(_, after)| after));
    let plain: String = parts.collect();
    STARTS.iter().any(|start| plain.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ir::Instr;
    use walrus::{FunctionId, ValType};

    /// A function that takes a number and returns it.
    fn identity(module: &mut Module, name: &str) -> FunctionId {
        let mut function = FunctionBuilder::new(&mut module.types, &[ValType::I32], &[ValType::I32]);
        let number = module.locals.add(ValType::I32);
        function.name(name.to_owned()).func_body().local_get(number);
        function.finish(vec![number], &mut module.funcs)
    }

    fn traps(module: &Module, id: FunctionId) -> bool {
        let function = module.funcs.get(id).kind.unwrap_local();
        matches!(function.block(function.entry_block()).instrs.as_slice(), [(Instr::Unreachable(_), _)])
    }

    #[test]
    fn only_functions_that_start_a_panic_trap() {
        let mut module = Module::default();
        let panic = identity(&mut module, "core[c5930c85a12de822]::panicking::panic_bounds_check");
        let other = identity(&mut module, "countersign::core::panicking::h1f");
        silence_in(&mut module);
        assert!(traps(&module, panic));
        assert!(!traps(&module, other));
    }
}

//! How every C function is exported: [`exported!`](macro@crate::exported) writes symbol, calling convention, panic guard and failure
//! value in one place. The build refuses an exported function written otherwise, but for the jumps of [`crate::varargs`].

/// `exported!(FAILURE, /** docs */ pub fn NAME(…) -> R { … });` exports the C function `NAME`. Its body runs inside the panic
/// guard: a panic becomes an ERROR line and `FAILURE`, which may name parameters. A function that returns nothing has none.
/// Inside the body `FUNCTION` is the name as text.
///
/// Three forms of `FAILURE` change the guard:
/// - `leaf(FAILURE)`: for a function of nanoseconds that takes no lock of the library: guarded without any cost, and neither
///   logged at DEBUG nor seen as a call by [`postponed`](crate::boundary::postponed): it must not allocate or free.
/// - `memory(FAILURE)`: the same for a function that does.
/// - `in_signals(LATER, VALUE)`: for a function that programs call in signal handlers: when it interrupts a call of the library
///   it returns `VALUE` at once, and `LATER`, a `fn()`, runs when that call ends.
#[macro_export]
macro_rules! exported {
    ($(#[$meta:meta])* pub fn $name:ident($($parameter:ident: $type:ty),* $(,)?) $body:block) => {
        $crate::exported!(@ guard, (), (), $(#[$meta])* $name($($parameter: $type),*) () $body);
    };
    (
        leaf($failure:expr),
        $(#[$meta:meta])* pub fn $name:ident($($parameter:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $crate::exported!(@ guard_leaf, (), $failure, $(#[$meta])* $name($($parameter: $type),*) ($(-> $result)?) $body);
    };
    (
        memory($failure:expr),
        $(#[$meta:meta])* pub fn $name:ident($($parameter:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $crate::exported!(@ guard_memory, (), $failure, $(#[$meta])* $name($($parameter: $type),*) ($(-> $result)?) $body);
    };
    (
        in_signals($later:path, $value:expr),
        $(#[$meta:meta])* pub fn $name:ident($($parameter:ident: $type:ty),* $(,)?) -> $result:ty $body:block
    ) => {
        $crate::exported!(
            @ guard, (if $crate::boundary::postponed($later) { return $value; }), $value,
            $(#[$meta])* $name($($parameter: $type),*) (-> $result) $body
        );
    };
    (
        $failure:expr,
        $(#[$meta:meta])* pub fn $name:ident($($parameter:ident: $type:ty),* $(,)?) -> $result:ty $body:block
    ) => {
        $crate::exported!(@ guard, (), $failure, $(#[$meta])* $name($($parameter: $type),*) (-> $result) $body);
    };
    (
        @ $guard:ident, ($($first:tt)*), $failure:expr,
        $(#[$meta:meta])* $name:ident($($parameter:ident: $type:ty),*) ($($result:tt)*) $body:block
    ) => {
        $(#[$meta])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($parameter: $type),*) $($result)* {
            const FUNCTION: &str = stringify!($name);
            $($first)*
            $crate::boundary::$guard(FUNCTION, $failure, || $body)
        }
    };
}

//! What follows from the table of the configuration items: [`Item`](super::Item),
//! [`DeviceConfig`](super::DeviceConfig), and how one is set.

/// Makes [`Item`] and [`DeviceConfig`] of the table.
macro_rules! items {
    ($(
        $(#[doc = $group_doc:literal])*
        $group:ident { $(
            $(#[doc = $doc:literal])*
            $c_name:ident = $number:literal => $item:ident $({
                $field:ident: $type:ty = $default:expr,
                $rule:ident $(($low:literal, $high:literal, $what:literal))?, $life:ident
            })?;
        )* }
    )*) => {
        /// The items of `EN_IOTA_CFG_TYPE` and, from 100, this library's own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(i32)]
        pub enum Item { $($( $(#[doc = $doc])* $item = $number, )*)* }

        impl Item {
            /// The item of this number, if there is one.
            pub fn from_number(number: i32) -> Option<Item> {
                match number {
                    $($( $number => Some(Item::$item), )*)*
                    _ => None,
                }
            }
        }

        /// Everything configurable. Text items hold `None` when unset; an empty text unsets.
        ///
        /// Texts are bytes: C programs may pass any; what must be UTF-8 is checked when a
        /// connection is made.
        #[derive(Clone, PartialEq, Eq)]
        pub struct DeviceConfig { $($($(
            #[doc = concat!("[`Item::", stringify!($item), "`]")]
            pub $field: $type,
        )?)*)* }

        impl Default for DeviceConfig {
            fn default() -> Self {
                DeviceConfig { $($($( $field: $default, )?)*)* }
            }
        }

        impl DeviceConfig {
            /// Sets one item from its text, by `atoi` rules where it is a number. `Err` leaves
            /// everything as it was. Never logs: its callers hold locks.
            pub fn set(&mut self, item: Item, value: &[u8]) -> Result<()> {
                match item {
                    $($(
                        Item::$item => {
                            $( self.$field = rules::$rule(
                                value,
                                &self.$field
                                $(, $low..=$high, concat!($what, " (", $low, "…", $high, ")"))?
                            )?; )?
                        }
                    )*)*
                }
                Ok(())
            }

            /// `IOTA_Init`: address, port, identity, secrets and modes go; what
            /// docs/spec/connection.md#kept lists survives, as do this library's own items.
            pub fn reset_for_init(&mut self) {
                let old = mem::take(self);
                $($($( items!(@$life self old $field); )?)*)*
            }
        }
    };
    (@kept $self:ident $old:ident $field:ident) => { $self.$field = $old.$field; };
    (@reset $self:ident $old:ident $field:ident) => {};
}

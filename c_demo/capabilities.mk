# The capability demos, one program each; included by the Makefile.
CAPABILITIES = message property command shadow gateway bridge bootstrap m2m mqtt5 v3

all: $(CAPABILITIES:%=$(OUT)/%_demo)

$(CAPABILITIES:%=$(OUT)/%_demo): session.h

$(OUT)/mqtt5_demo: CPPFLAGS += -DMQTTV5

# Only for a library with the cargo feature "tunnel": make OUT=DIR DIR/remote_login_demo.
$(OUT)/remote_login_demo: CPPFLAGS += -DSSH_SWITCH -I$(INCLUDE)/tunnel
$(OUT)/remote_login_demo: session.h

"""How the installed compiler builds with a sanitizer; the stable one is enough."""
import os
import re
import subprocess

# Needed, and known, since the compiler tracks such mismatches: the standard library is not instrumented.
MISMATCH = "-Cunsafe-allow-abi-mismatch=sanitizer"


def host():
    version = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    return re.search(r"^host: (\S+)$", version, re.M).group(1)


def environment(kind):
    """Variables for cargo, which also needs --target and a target directory of its own."""
    variables = {"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": f"-Zsanitizer={kind}"}
    probe = subprocess.run(["rustc", MISMATCH, "--print", "cfg"], capture_output=True, env=dict(os.environ, RUSTC_BOOTSTRAP="1"))
    if probe.returncode == 0:
        variables["RUSTFLAGS"] += " " + MISMATCH
    return variables

//! Plays `tests/vectors/utilities.json` as a C program: one is generated from the vectors, compiled against `include/` and
//! run with the shared library of this build. (The format: docs/spec/helpers.md#vector-format.)

use std::fmt::Write;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::{include_flags, libraries, root, scratch};

/// Functions whose buffers are compared as a whole; of the others what is behind the first NUL is free, up to `destMax`.
const MEMORY: [&str; 5] = ["memcpy_s", "memmove_s", "memset_s", "wmemcpy_s", "wmemmove_s"];
const VARIABLES: [(&str, &str); 6] = [
    ("int", "int"),
    ("uint", "unsigned int"),
    ("long", "long"),
    ("short", "short"),
    ("float", "float"),
    ("double", "double"),
];

#[test]
fn all_vectors_hold() {
    let root = root();
    let text = fs::read_to_string(root.join("tests/vectors/utilities.json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let scratch = scratch("utilities_vectors");
    let source = scratch.join("vectors.c");
    let (program, cases) = program(&vectors);
    fs::write(&source, program).unwrap();

    let libraries = libraries().display().to_string();
    let mut compiler = Command::new(std::env::var("CC").unwrap_or_else(|_| "cc".into()));
    compiler.args([
        "-std=gnu11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-Wno-unused-function",
        "-Wno-pointer-sign",
        "-I",
    ]);
    compiler.arg(root.join("tests/c")).args(include_flags());
    compiler.arg(&source).arg("-o").arg(scratch.join("vectors"));
    compiler.args([
        format!("-L{libraries}"),
        "-lHWMQTT".into(),
        "-lm".into(),
        format!("-Wl,-rpath,{libraries}"),
    ]);
    let output = compiler.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let output = Command::new(scratch.join("vectors"))
        .current_dir(&scratch)
        .env_remove("LD_LIBRARY_PATH") // cargo's may name an older build first
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && text.ends_with(" passed, 0 failed\n"),
        "{errors}{text}"
    );
    let checks: usize = text.split(' ').next().unwrap().parse().unwrap();
    assert!(cases > 540 && checks > cases, "{cases} cases, {text}");
}

/// The C text and the number of its cases.
fn program(vectors: &Value) -> (String, usize) {
    let mut functions = Vec::new();
    let all = |key: &str| vectors[key].as_array().unwrap().iter();
    for case in all("cases") {
        functions.push(Function::named(case["id"].as_str().unwrap()).call(case, case));
    }
    for case in all("defect_cases") {
        functions.push(Function::named(case["id"].as_str().unwrap()).call(case, &case["expect"]));
    }
    for case in all("documents").filter(|case| case["implementation_limit"].is_null()) {
        functions.push(Function::named(case["id"].as_str().unwrap()).document(case));
    }
    for case in all("numbers") {
        functions.push(Function::named(case["in"].as_str().unwrap()).number(case));
    }
    for case in all("scripts") {
        functions.push(Function::named(case["id"].as_str().unwrap()).script(case, &Value::Null));
    }
    for case in all("defect_scripts") {
        functions.push(Function::named(case["id"].as_str().unwrap()).script(case, &case["expect"]["last_returns"]));
    }
    for case in all("patterns") {
        functions.push(Function::named(case["function"].as_str().unwrap()).pattern(case));
    }

    let mut text = String::from("#include \"util_vectors.h\"\n\n");
    let mut main = String::from("int main(void)\n{\n");
    for (index, function) in functions.iter().enumerate() {
        let name = &function.name;
        write!(
            text,
            "static void Case{index}(void)\n{{\n    g_case = \"{name}\";\n{}}}\n\n",
            function.body
        )
        .unwrap();
        writeln!(main, "    Case{index}();").unwrap();
    }
    (text + &main + "    return Finish();\n}\n", functions.len())
}

/// The body of a C function that plays one case.
struct Function {
    name: String,
    body: String,
    names: usize,
}

impl Function {
    fn named(name: &str) -> Function {
        Function {
            name: name.to_owned(),
            body: String::new(),
            names: 0,
        }
    }

    fn line(&mut self, text: impl AsRef<str>) {
        writeln!(self.body, "    {}", text.as_ref()).unwrap();
    }

    fn fresh(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// A static array of these bytes and a NUL.
    fn bytes(&mut self, bytes: &[u8]) -> String {
        let name = self.fresh();
        let list: String = bytes.iter().map(|byte| format!("{byte},")).collect();
        self.line(format!("static unsigned char {name}[] = {{{list}0}};"));
        name
    }

    /// An argument: its C expression.
    fn argument(&mut self, value: &Value, earlier: &[String]) -> String {
        let Some(object) = value.as_object() else {
            return match value {
                Value::Null => "NULL".into(),
                Value::String(text) => format!("(void *){}", self.bytes(text.as_bytes())),
                number => number.to_string(),
            };
        };
        let text = |key: &str| object[key].as_str().unwrap();
        if let Some(bytes) = data(value) {
            return format!("(void *){}", self.bytes(&bytes));
        }
        let name = self.fresh();
        if object.contains_key("int") {
            return format!("(int)({})", object["int"]);
        } else if object.contains_key("ll") {
            return format!("(long long)({}LL)", text("ll"));
        } else if object.contains_key("size") {
            return format!("(size_t)({}ULL)", text("size"));
        } else if object.contains_key("double") {
            return format!("(double)({})", text("double"));
        } else if let Some(size) = object.get("buf") {
            let init = object
                .get("init")
                .map_or(Vec::new(), |init| unhex(init.as_str().unwrap()));
            let init_name = self.bytes(&init);
            self.line(format!(
                "unsigned char *{name} = Buffer({size}, {init_name}, {});",
                init.len()
            ));
        } else if let Some(size) = object.get("wbuf") {
            let init = object
                .get("init")
                .map_or(Vec::new(), |init| init.as_array().unwrap().clone());
            let init_name = self.wide(&init);
            self.line(format!(
                "wchar_t *{name} = Buffer({size} * sizeof(wchar_t), {init_name}, {} * sizeof(wchar_t));",
                init.len()
            ));
        } else if object.contains_key("wstr") {
            let codes: Vec<Value> = text("wstr").chars().map(|c| Value::from(u32::from(c))).collect();
            return self.wide(&codes);
        } else if let Some(index) = object.get("ptr_into") {
            let base = &earlier[index.as_u64().unwrap() as usize];
            return format!("(void *)((char *){base} + {})", object["offset"]);
        } else if let Some(content) = object.get("pp") {
            let start = match content.as_str() {
                None => "NULL".into(),
                Some("@sentinel") => "(char *)0x5A5A00".into(),
                Some(content) => format!("Copy({}, {}, 64)", self.bytes(content.as_bytes()), content.len() + 1),
            };
            self.line(format!("char *{name} = {start};"));
            return format!("&{name}");
        } else if object.contains_key("alloc") {
            let content = self.bytes(text("alloc").as_bytes());
            self.line(format!("char *{name} = Copy({content}, sizeof({content}), 0);"));
        } else if let Some(time) = object.get("timeval") {
            self.line(format!("struct timeval {name} = {{{}, {}}};", time[0], time[1]));
            return format!("&{name}");
        } else if object.contains_key("var") {
            let (_, kind) = VARIABLES.iter().find(|(key, _)| *key == text("var")).unwrap();
            self.line(format!("{kind} {name} = 0x55;"));
            return format!("&{name}");
        } else {
            panic!("{}: argument {value}", self.name);
        }
        name
    }

    fn wide(&mut self, codes: &[Value]) -> String {
        let name = self.fresh();
        let list: String = codes.iter().map(|code| format!("(wchar_t){code}u,")).collect();
        self.line(format!("static wchar_t {name}[] = {{{list}0}};"));
        name
    }

    fn call(mut self, case: &Value, expected: &Value) -> Function {
        let function = case["function"].as_str().unwrap();
        for (key, value) in case["env"].as_object().into_iter().flatten() {
            self.line(format!("setenv(\"{key}\", \"{}\", 1);", value.as_str().unwrap()));
        }
        let mut arguments: Vec<String> = Vec::new();
        for value in case["args"].as_array().unwrap() {
            let argument = self.argument(value, &arguments);
            arguments.push(argument);
        }
        if let Some(text) = data(&case["stdin"]) {
            let name = self.bytes(&text);
            self.line(format!("Input({name}, {});", text.len()));
        }
        let called = if function.starts_with('v') {
            format!("With_{function}")
        } else {
            function.to_owned()
        };
        let call = format!("{called}({})", arguments.join(", "));
        if function == "PrintfLog" {
            return self.printf_log(&call, &expected["out"]);
        }
        let returns = &expected["returns"];
        if returns == "void" {
            self.line(format!("{call};"));
        } else {
            self.line(format!("__auto_type result = {call};"));
            match function {
                "gZIPCompress" if returns != -1 => self.gzip(case, &expected["out"], &arguments),
                _ => self.returned(returns, &case["returns_length"], &arguments),
            }
        }
        for (key, value) in expected["out"].as_object().into_iter().flatten() {
            if let Ok(index) = key.parse::<usize>() {
                self.output(case, index, &arguments[index], value);
            }
        }
        let next = &expected["out"]["next_char"];
        if !next.is_null() {
            self.line(format!("CaseNumber(getchar(), {next});"));
        }
        self
    }

    fn printf_log(mut self, call: &str, out: &Value) -> Function {
        self.line("g_calls = 0;");
        self.line("SetPrintfLogCallback(Capture);");
        self.line(format!("{call};"));
        self.line(format!("CaseNumber(g_calls, {});", out["callback_calls"]));
        if !out["level"].is_null() {
            self.line(format!("CaseNumber(g_level, {});", out["level"]));
        }
        for (key, captured) in [("format", "g_format"), ("text", "g_text")] {
            if let Some(text) = out[key].as_str() {
                let name = self.bytes(text.as_bytes());
                self.line(format!("CaseText(WithoutTime({captured}), {name});"));
            }
        }
        self.line("SetPrintfLogCallback(NULL);");
        self
    }

    fn gzip(&mut self, case: &Value, out: &Value, arguments: &[String]) {
        let header = unhex(&out["header"].as_str().unwrap()[..8]);
        let name = self.bytes(&header);
        let (dest, room) = (&arguments[2], &arguments[3]);
        self.line(format!(
            "CASE_OK(result > 18 && result <= {room} && memcmp({dest}, {name}, 4) == 0);"
        ));
        let size = &case["args"][2]["buf"];
        self.line(format!(
            "for (int i = result; i < {size}; i++) if ({dest}[i] != 0xAA) CASE_OK(!\"untouched\");"
        ));
    }

    fn returned(&mut self, returns: &Value, length: &Value, arguments: &[String]) {
        if let Some(index) = returns.get("pointer_into") {
            let base = &arguments[index.as_u64().unwrap() as usize];
            self.line(format!(
                "CASE_OK((char *)result == (char *){base} + {});",
                returns["offset"]
            ));
        } else if let Some(same) = returns.get("same_pointer") {
            self.line(format!("CASE_OK(((char *)result == {}) == {same});", arguments[0]));
            let text = self.bytes(returns["text"].as_str().unwrap().as_bytes());
            self.line(format!("CaseText(result, {text});"));
        } else if returns.is_null() {
            self.line("CASE_OK(result == NULL);");
        } else if let Some(bytes) = data(returns) {
            let name = self.bytes(&bytes);
            match length.as_u64() {
                Some(length) => self.line(format!("CASE_OK(memcmp(result, {name}, {length}) == 0);")),
                None => self.line(format!("CaseText(result, {name});")),
            }
        } else {
            self.line(format!("CASE_OK(result == {returns}LL);"));
        }
    }

    fn output(&mut self, case: &Value, index: usize, argument: &str, expected: &Value) {
        let form = &case["args"][index];
        if form.get("pp").is_some() {
            let variable = argument.trim_start_matches('&');
            match expected.as_str() {
                None => self.line(format!("CASE_OK({variable} == NULL);")),
                Some("@sentinel") => self.line(format!("CASE_OK({variable} == (char *)0x5A5A00);")),
                Some(text) => {
                    let name = self.bytes(text.as_bytes());
                    self.line(format!("CaseText({variable}, {name});"));
                }
            }
        } else if form.get("var").is_some() {
            self.line(format!("CASE_OK({} == {expected});", argument.trim_start_matches('&')));
        } else if let Some(size) = form.get("wbuf") {
            let codes = expected.as_array().unwrap();
            let name = self.wide(codes);
            let zero = codes.iter().position(|code| code == 0);
            self.area(
                case,
                argument,
                &name,
                zero,
                size.as_u64().unwrap() as usize,
                "sizeof(wchar_t)",
            );
        } else if let (Some(size), Some(hex)) = (form.get("buf"), expected.get("hex")) {
            let bytes = unhex(hex.as_str().unwrap());
            let name = self.bytes(&bytes);
            let zero = bytes.iter().position(|byte| *byte == 0);
            self.area(case, argument, &name, zero, size.as_u64().unwrap() as usize, "1");
        } else {
            let name = self.bytes(&data(expected).unwrap());
            self.line(format!("CaseText({argument}, {name});"));
        }
    }

    fn area(&mut self, case: &Value, actual: &str, expected: &str, zero: Option<usize>, size: usize, unit: &str) {
        let whole = MEMORY.contains(&case["function"].as_str().unwrap());
        let significant = zero.filter(|_| !whole).map_or(size, |zero| zero + 1);
        self.line(format!(
            "CASE_OK(memcmp({actual}, {expected}, {significant} * {unit}) == 0);"
        ));
        let limit = case["args"][1].as_u64().map_or(0, |limit| limit as usize);
        if limit < size {
            let rest = size - limit;
            self.line(format!(
                "CASE_OK(memcmp({actual} + {limit}, {expected} + {limit}, {rest} * {unit}) == 0);"
            ));
        }
    }

    fn document(mut self, case: &Value) -> Function {
        let input = self.bytes(&data(&case["in"]).unwrap());
        self.line("const char *end = NULL;");
        self.line(format!("cJSON *item = cJSON_ParseWithOpts((char *){input}, &end, 0);"));
        if case["ok"] == false {
            self.line("CASE_OK(item == NULL);");
            self.line(format!("CaseNumber(end - (char *){input}, {});", case["error_offset"]));
            self.line("CASE_OK(cJSON_GetErrorPtr() == end);");
            return self;
        }
        self.line(format!("CaseNumber(end - (char *){input}, {});", case["end"]));
        self.line(format!("CaseNumber(item->type & 0xFF, {});", case["type"]));
        for (key, function) in [("print", "cJSON_Print"), ("unformatted", "cJSON_PrintUnformatted")] {
            let text = self.bytes(&data(&case[key]).unwrap());
            self.line(format!("CaseText({function}(item), {text});"));
        }
        self.line("cJSON_Delete(item);");
        self
    }

    fn number(mut self, case: &Value) -> Function {
        let value = match case["in"].as_str().unwrap() {
            "nan" => "NAN".to_owned(),
            "inf" => "INFINITY".to_owned(),
            "-inf" => "-INFINITY".to_owned(),
            decimal => format!("strtod(\"{decimal}\", NULL)"),
        };
        self.line(format!("cJSON *item = cJSON_CreateNumber({value});"));
        let text = self.bytes(case["print"].as_str().unwrap().as_bytes());
        self.line(format!("CaseText(cJSON_Print(item), {text});"));
        if case["valueint"] != "platform" {
            self.line(format!("CaseNumber(item->valueint, {});", case["valueint"]));
        }
        self.line("cJSON_Delete(item);");
        self
    }

    fn pattern(mut self, case: &Value) -> Function {
        let arguments = case["args"].as_array().unwrap();
        let argument = arguments
            .first()
            .map_or(String::new(), |value| self.argument(value, &[]));
        let pattern = case["regex"].as_str().unwrap().replace('\\', "\\\\");
        self.line(format!(
            "Match({}({argument}), \"{pattern}\");",
            case["function"].as_str().unwrap()
        ));
        self
    }

    fn script(mut self, case: &Value, last: &Value) -> Function {
        let steps = case["steps"].as_array().unwrap();
        let mut handles: Vec<&str> = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            if let Some(read) = step.get("read") {
                let (handle, field) = (read[0].as_str().unwrap(), read[1].as_str().unwrap());
                let value = &step["value"];
                match value {
                    Value::String(text) => {
                        let text = self.bytes(text.as_bytes());
                        self.line(format!("CaseText(h_{handle}->{field}, {text});"));
                    }
                    Value::Null => self.line(format!("CASE_OK(h_{handle}->{field} == NULL);")),
                    number => self.line(format!("CaseNumber(h_{handle}->{field}, {number});")),
                }
                continue;
            }
            let function = step["call"].as_str().unwrap();
            let mut buffer = None;
            let mut arguments = Vec::new();
            for value in step["args"].as_array().unwrap() {
                let argument = self.script_argument(value);
                if value.get("buf").is_some() || (function == "cJSON_Minify" && !value.is_null()) {
                    buffer = Some(argument.clone());
                }
                arguments.push(argument);
            }
            let call = format!("{function}({})", arguments.join(", "));
            let name = match step["as"].as_str() {
                Some(handle) => {
                    if !handles.contains(&handle) {
                        handles.push(handle);
                        self.line(format!("cJSON *h_{handle};"));
                    }
                    self.line(format!("h_{handle} = {call};"));
                    format!("h_{handle}")
                }
                None => call,
            };
            let is_last = index + 1 == steps.len();
            let expected = step
                .get("returns")
                .or(Some(last).filter(|_| is_last && case.get("expect").is_some()));
            self.step_result(&name, expected, step["as"].is_string());
            if let (Some(buffer), Some(text)) = (buffer, step["buffer"].as_str()) {
                let text = self.bytes(text.as_bytes());
                self.line(format!("CaseText({buffer}, {text});"));
            }
        }
        self
    }

    fn step_result(&mut self, call: &str, expected: Option<&Value>, handled: bool) {
        match expected {
            Some(Value::String(kind)) if kind == "object" => self.line(format!("CASE_OK({call} != NULL);")),
            Some(Value::String(kind)) if kind == "nan" => self.line(format!("CASE_OK(isnan({call}));")),
            Some(Value::String(kind)) if kind == "void" => self.line(format!("{call};")),
            Some(Value::String(text)) => {
                let text = self.bytes(text.as_bytes());
                self.line(format!("CaseText({call}, {text});"));
            }
            Some(Value::Null) => self.line(format!("CASE_OK({call} == NULL);")),
            Some(number) => self.line(format!("CaseNumber({call}, {number});")),
            None if handled => self.line(format!("CASE_OK({call} != NULL);")),
            None => self.line(format!("{call};")),
        }
    }

    fn script_argument(&mut self, value: &Value) -> String {
        if let Some(handle) = value.get("ref") {
            return format!("h_{}", handle.as_str().unwrap());
        }
        for (key, kind) in [("ints", "int"), ("floats", "float"), ("doubles", "double")] {
            if let Some(values) = value.get(key) {
                let list: String = values
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|value| format!("{value},"))
                    .collect();
                return format!("(const {kind}[]){{{list}}}");
            }
        }
        if let Some(strings) = value.get("strings") {
            let strings = strings.as_array().unwrap().iter().map(|text| self.argument(text, &[]));
            let list: Vec<String> = strings.collect();
            return format!("(const char *[]){{{}}}", list.join(", "));
        }
        self.argument(value, &[])
    }
}

/// Text or bytes; `None` for other forms.
fn data(value: &Value) -> Option<Vec<u8>> {
    if let Some(text) = value.as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let text = |key: &str| value.get(key)?.as_str();
    if let Some(hex) = text("hex").or(text("bytes")) {
        return Some(unhex(hex));
    }
    if let Some(unit) = text("repeat") {
        return Some(unit.repeat(value["times"].as_u64()? as usize).into_bytes());
    }
    let mut x = value.get("lcg")?.as_u64()?;
    let bytes = (0..value["count"].as_u64()?).map(|_| {
        x = (1_103_515_245 * x + 12_345) & 0x7FFF_FFFF;
        (x >> 16) as u8
    });
    Some(bytes.collect())
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().map(|digit| digit.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

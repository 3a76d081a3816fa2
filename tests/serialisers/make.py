"""The output of real serialisers, as data: python3 tests/serialisers/make.py > tests/serialisers/written.json

Needs python3, node, php, ruby with ActiveSupport, go, javac with Gson and Jackson, perl with JSON, jq and mono with Newtonsoft.
On Debian: php-cli ruby ruby-activesupport golang-go default-jdk libgoogle-gson-java libjackson2-databind-java libjson-perl jq
mono-mcs libnewtonsoft-json5.0-cil
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = (
    '{"type":"batch.succeeded","data":{"id":"\\u00e9/1","html":"<b>&\'=+`</b>","said":"a \\"b\\"\\n","smile":"\\ud83d\\ude00",'
    '"line":"\\u2028","none":{},"list":[],"items":[1,2.5,{"b":true,"a":null}],"bell":"\\u0007\\u001f"}}'
)

PYTHON = [
    "json.dumps(d)", "json.dumps(d, indent=2)", "json.dumps(d, indent=4, ensure_ascii=False)", "json.dumps(d, ensure_ascii=False)",
    "json.dumps(d, separators=(',', ':'))", "json.dumps(d, separators=(',', ':'), ensure_ascii=False)", "json.dumps(d, sort_keys=True)",
    "json.dumps(d, sort_keys=True, separators=(',', ':'))", "json.dumps(d, indent='\\t') + '\\n'",
]
NODE = ["JSON.stringify(d)", "JSON.stringify(d, null, 2)", "JSON.stringify(d, null, 4)", "JSON.stringify(d, null, '\\t')", "JSON.stringify(d, null, 2) + '\\n'"]
PHP = [
    "json_encode($d)", "json_encode($d, JSON_PRETTY_PRINT)", "json_encode($d, JSON_UNESCAPED_SLASHES)", "json_encode($d, JSON_UNESCAPED_UNICODE)",
    "json_encode($d, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)", "json_encode($d, JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS | JSON_HEX_QUOT)",
    "json_encode($d, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)",
]
RUBY = ["JSON.generate(d)", "JSON.pretty_generate(d)", "JSON.generate(d, ascii_only: true)", "JSON.generate(d, script_safe: true)"]
RAILS = ["d.to_json"]
GO = ["json.Marshal(d)", 'json.MarshalIndent(d, "", "  ")', "json.NewEncoder(w).Encode(d)"]
JAVA = [
    "new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(d)", "new GsonBuilder().serializeNulls().create().toJson(d)",
    "new GsonBuilder().serializeNulls().disableHtmlEscaping().create().toJson(d)", "new ObjectMapper().writeValueAsString(d)",
    "new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(d)",
    "new ObjectMapper().configure(JsonGenerator.Feature.ESCAPE_NON_ASCII, true).writeValueAsString(d)",
]
PERL = ["JSON->new->canonical->utf8->encode($d)", "JSON->new->canonical->utf8->pretty->encode($d)", "JSON->new->canonical->ascii->encode($d)"]
JQ = ["jq .", "jq -c .", "jq -S .", "jq -c --ascii-output .", "jq --tab ."]
NEWTONSOFT = [
    "JsonConvert.SerializeObject(d)", "JsonConvert.SerializeObject(d, Formatting.Indented)",
    "JsonConvert.SerializeObject(d, new JsonSerializerSettings { StringEscapeHandling = StringEscapeHandling.EscapeHtml })",
    "JsonConvert.SerializeObject(d, new JsonSerializerSettings { StringEscapeHandling = StringEscapeHandling.EscapeNonAscii })",
]


def run(*command, given=None, folder=None):
    return subprocess.run(command, input=given, cwd=folder, check=True, stdout=subprocess.PIPE).stdout.decode()


def java(folder):
    prints = "\n".join(f'out(() -> {expression});' for expression in JAVA)
    Path(folder, "Main.java").write_text(
        """import com.google.gson.*; import com.fasterxml.jackson.core.*; import com.fasterxml.jackson.databind.*;
        public class Main { interface Text { String of() throws Exception; }
        static void out(Text text) throws Exception { System.out.write(text.of().getBytes("UTF-8")); System.out.write(0); }
        public static void main(String[] args) throws Exception { String s = new String(System.in.readAllBytes(), "UTF-8");
        """
        + prints.replace("toJson(d)", "toJson(com.google.gson.JsonParser.parseString(s))")
        .replace("writeValueAsString(d)", "writeValueAsString(new ObjectMapper().readTree(s))")
        + " System.out.flush(); } }"
    )
    jars = ":".join(str(jar) for jar in Path("/usr/share/java").glob("*.jar") if jar.name in
                    ("gson.jar", "jackson-core.jar", "jackson-databind.jar", "jackson-annotations.jar"))
    run("javac", "-cp", jars, "Main.java", folder=folder)
    return run("java", "-cp", f"{jars}:.", "Main", given=SOURCE.encode(), folder=folder).split("\0")[:-1]


def go(folder):
    Path(folder, "main.go").write_text(
        """package main
        import ("encoding/json"; "io"; "os")
        func main() { s, _ := io.ReadAll(os.Stdin); var d any; json.Unmarshal(s, &d); w := os.Stdout
        a, _ := json.Marshal(d); w.Write(a); w.Write([]byte{0})
        b, _ := json.MarshalIndent(d, "", "  "); w.Write(b); w.Write([]byte{0})
        json.NewEncoder(w).Encode(d); w.Write([]byte{0}) }"""
    )
    return run("go", "run", "main.go", given=SOURCE.encode(), folder=folder).split("\0")[:-1]


def newtonsoft(folder):
    prints = "".join(f'Console.Write({expression} + "\\0");' for expression in NEWTONSOFT)
    Path(folder, "m.cs").write_text(
        "using System; using Newtonsoft.Json; using Newtonsoft.Json.Linq; class M { static void Main() {"
        "Console.OutputEncoding = new System.Text.UTF8Encoding(false);"
        "var d = JToken.Parse(new System.IO.StreamReader(Console.OpenStandardInput(), System.Text.Encoding.UTF8).ReadToEnd());" + prints + "} }"
    )
    library = next(Path("/usr/lib").glob("**/Newtonsoft.Json.dll"))
    run("mcs", f"-r:{library}", "m.cs", folder=folder)
    Path(folder, library.name).write_bytes(library.read_bytes())
    return run("mono", "m.exe", given=SOURCE.encode(), folder=folder).split("\0")[:-1]


def rows():
    d = json.loads(SOURCE)
    for expression in PYTHON:
        yield "Python", expression, eval(expression)
    for expression in NODE:
        yield "Node", expression, run("node", "-e", f"const d = JSON.parse(process.argv[1]); process.stdout.write({expression})", SOURCE)
    for expression in PHP:
        yield "PHP", expression, run("php", "-r", f"$d = json_decode($argv[1]); echo {expression};", "--", SOURCE)
    for expression in RUBY:
        yield "Ruby", expression, run("ruby", "-rjson", "-e", f"d = JSON.parse(ARGV[0]); print({expression})", SOURCE)
    for expression in RAILS:
        yield "Rails", expression, run("ruby", "-rjson", "-ractive_support", "-ractive_support/json", "-e", f"d = JSON.parse(ARGV[0]); print({expression})", SOURCE)
    for expression in PERL:
        yield "Perl", expression, run("perl", "-MJSON", "-e", f"my $d = JSON->new->utf8->decode($ARGV[0]); print({expression})", SOURCE)
    for expression in JQ:
        yield "jq", expression, run(*expression.split(), given=SOURCE.encode())
    with tempfile.TemporaryDirectory() as folder:
        for name, expressions, program in (("Java", JAVA, java), ("Go", GO, go), ("Newtonsoft", NEWTONSOFT, newtonsoft)):
            for expression, text in zip(expressions, program(folder), strict=True):
                yield name, expression, text


made = [{"by": by, "expression": expression, "text": text} for by, expression, text in rows()]
json.dump({"source": SOURCE, "written": made}, sys.stdout, indent=1)
print()

"""Run statements through a driver and print what comes back.

client.py MODULE CONNECTION: psycopg, psycopg2 or pyodbc, and what its connect()
takes.  Standard input has a statement a line: "print" or "read", the statement
with a ? for each parameter, and these, all apart by tabs; see 034_case_clients.pl.
Nothing is told to the driver about the types of civicgrid.
"""
import datetime
import importlib
import sys

UTC = datetime.timezone.utc


def parameter(text, first):
    kind, value = text.split(":", 1)
    if kind == "number":
        return float(value)
    if kind == "integer":
        return int(value)
    if kind == "boolean":
        return value == "true"
    if kind == "instant":
        return datetime.datetime.fromisoformat(value)
    return first if kind == "first" else value


def printed(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        # ODBC knows no zones; the session's is UTC
        if value.tzinfo is not None:
            value = value.astimezone(UTC)
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def main():
    module = importlib.import_module(sys.argv[1])
    connection = module.connect(sys.argv[2])
    connection.autocommit = True
    cursor = connection.cursor()
    first = None
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8")
    for line in sys.stdin:
        task, sql, *texts = line.rstrip("\n").split("\t")
        parameters = [parameter(text, first) for text in texts]
        if module.paramstyle != "qmark":
            sql = sql.replace("?", "%s")
        if parameters:
            cursor.execute(sql, parameters)
        else:
            cursor.execute(sql)
        if cursor.description is None:
            continue
        rows = cursor.fetchall()
        if first is None and rows:
            first = rows[0][0]
        if task == "read":
            for row in rows:
                for value in row:
                    printed(value)
            print(len(rows), "rows of", len(cursor.description))
            continue
        for row in rows:
            print("|".join(printed(value) for value in row))


main()

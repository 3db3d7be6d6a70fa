import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/*
 * Run statements through JDBC and print what comes back; see client.py.
 *
 *   java -cp postgresql.jar Client.java URL
 */
public class Client {
    private static final DateTimeFormatter INSTANT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private static void set(PreparedStatement s, int at, String text, String first) throws Exception {
        int colon = text.indexOf(':');
        String value = text.substring(colon + 1);

        switch (text.substring(0, colon)) {
            case "number": s.setDouble(at, Double.parseDouble(value)); break;
            case "integer": s.setInt(at, Integer.parseInt(value)); break;
            case "boolean": s.setBoolean(at, Boolean.parseBoolean(value)); break;
            case "instant": s.setObject(at, OffsetDateTime.parse(value)); break;
            case "first": s.setString(at, first); break;
            default: s.setString(at, value);
        }
    }

    private static String printed(Object value) {
        if (value == null)
            return "-";
        if (value instanceof Timestamp)
            return INSTANT.format(((Timestamp) value).toInstant());
        return value.toString();
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String first = null;

        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] fields = line.split("\t");

                try (PreparedStatement s = connection.prepareStatement(fields[1])) {
                    for (int i = 2; i < fields.length; i++)
                        set(s, i - 1, fields[i], first);
                    if (!s.execute())
                        continue;
                    ResultSet rows = s.getResultSet();
                    int columns = rows.getMetaData().getColumnCount();
                    int count = 0;

                    while (rows.next()) {
                        StringBuilder row = new StringBuilder();

                        for (int i = 1; i <= columns; i++)
                            row.append(i > 1 ? "|" : "").append(printed(rows.getObject(i)));
                        if (first == null)
                            first = rows.getString(1);
                        if (fields[0].equals("print"))
                            out.println(row);
                        count++;
                    }
                    if (fields[0].equals("read"))
                        out.println(count + " rows of " + columns);
                }
            }
        }
    }
}

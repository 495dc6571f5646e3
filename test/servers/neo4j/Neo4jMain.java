import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.neo4j.cli.ExecutionContext;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommand;
import org.neo4j.configuration.GraphDatabaseInternalSettings;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import picocli.CommandLine;

/**
 * Neo4j Community with Bolt and authentication on 127.0.0.1, for tests. Arguments: folder, port. The password comes
 * in NEO4J_PASSWORD, since arguments are visible to everybody on the machine.
 */
public class Neo4jMain {
  public static void main(String[] args) throws IOException, InterruptedException {
    var home = Path.of(args[0]);
    var address = new SocketAddress("127.0.0.1", Integer.parseInt(args[1]));
    setInitialPassword(home, System.getenv("NEO4J_PASSWORD"));
    var service =
        new DatabaseManagementServiceBuilder(home)
            .setConfig(BoltConnector.enabled, true)
            .setConfig(BoltConnector.listen_address, address)
            .setConfig(BoltConnector.advertised_address, address)
            .setConfig(GraphDatabaseSettings.auth_enabled, true)
            .setConfig(GraphDatabaseSettings.udc_enabled, false)
            .setConfig(GraphDatabaseSettings.pagecache_memory, 32L * 1024 * 1024)
            // A test's end need not wait ten seconds for clients that might still want to say something.
            .setConfig(GraphDatabaseInternalSettings.netty_server_shutdown_quiet_period, 0)
            .setConfig(GraphDatabaseInternalSettings.netty_server_shutdown_timeout, Duration.ofSeconds(1))
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
    System.out.println("Started.");
    Thread.currentThread().join();
  }

  /** As `neo4j-admin dbms set-initial-password`, before Bolt listens: no other password is ever accepted. */
  private static void setInitialPassword(Path home, String password) throws IOException {
    if (Files.exists(home.resolve("data").resolve("dbms"))) return;
    var configuration = Files.createDirectories(home.resolve("conf"));
    var command = new SetInitialPasswordCommand(new ExecutionContext(home, configuration));
    var exitCode = new CommandLine(command).execute(password);
    if (exitCode != 0) throw new IllegalStateException("Neo4j refused the initial password: it needs 8 characters.");
  }
}

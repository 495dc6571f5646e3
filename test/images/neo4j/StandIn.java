import java.nio.file.Path;
import java.time.Duration;
import org.neo4j.cli.ExecutionContext;
import org.neo4j.commandline.admin.security.SetInitialPasswordCommand;
import org.neo4j.configuration.GraphDatabaseInternalSettings;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import picocli.CommandLine;

/** Neo4j Community as `conf/neo4j.conf` says, unknown settings being fatal. Arguments: home, on or off (authentication). */
public class StandIn {
  public static void main(String[] args) throws InterruptedException {
    var home = Path.of(args[0]);
    setInitialPassword(home, System.getenv("STAND_IN_PASSWORD"));
    var service =
        new DatabaseManagementServiceBuilder(home)
            .loadPropertiesFromFile(home.resolve("conf").resolve("neo4j.conf"))
            .setConfig(GraphDatabaseSettings.strict_config_validation, true)
            .setConfig(BoltConnector.enabled, true)
            .setConfig(GraphDatabaseSettings.auth_enabled, args[1].equals("on"))
            // A server that ends waits ten seconds for clients that might still say something; a test waits with it.
            .setConfig(GraphDatabaseInternalSettings.netty_server_shutdown_quiet_period, 0)
            .setConfig(GraphDatabaseInternalSettings.netty_server_shutdown_timeout, Duration.ofSeconds(1))
            .build();
    Runtime.getRuntime().addShutdownHook(new Thread(service::shutdown));
    System.out.println("Started.");
    // In the image's build: its classes are archived at the exit, so that later starts are quicker.
    if (System.getenv("STAND_IN_ARCHIVE") != null) System.exit(0);
    Thread.currentThread().join();
  }

  /** As the image does at each start; Neo4j heeds it before its first start only, and says it did always. */
  private static void setInitialPassword(Path home, String password) {
    if (password.isEmpty()) return;
    var command = new SetInitialPasswordCommand(new ExecutionContext(home, home.resolve("conf")));
    if (new CommandLine(command).execute(password) != 0) System.exit(1);
  }
}
